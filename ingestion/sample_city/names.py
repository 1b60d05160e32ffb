"""Words from which invented people and companies get their names. Nobody is meant.

Families and given names are common ones, drawn independently; companies are put together from words that say nothing.
"""

from __future__ import annotations

FAMILIES = tuple(
    pair.split(":")
    for pair in (
        "佐藤:サトウ 鈴木:スズキ 高橋:タカハシ 田中:タナカ 伊藤:イトウ 渡辺:ワタナベ 山本:ヤマモト 中村:ナカムラ 小林:コバヤシ "
        "加藤:カトウ 吉田:ヨシダ 山田:ヤマダ 佐々木:ササキ 山口:ヤマグチ 松本:マツモト 井上:イノウエ 木村:キムラ 林:ハヤシ "
        "斎藤:サイトウ 清水:シミズ 山崎:ヤマザキ 森:モリ 池田:イケダ 橋本:ハシモト 阿部:アベ 石川:イシカワ 山下:ヤマシタ "
        "中島:ナカジマ 石井:イシイ 小川:オガワ 前田:マエダ 岡田:オカダ 長谷川:ハセガワ 藤田:フジタ 後藤:ゴトウ 近藤:コンドウ "
        "村上:ムラカミ 遠藤:エンドウ 青木:アオキ 坂本:サカモト 橋爪:ハシヅメ 福田:フクダ 太田:オオタ 西村:ニシムラ 藤井:フジイ "
        "金子:カネコ 岡本:オカモト 藤原:フジワラ 三浦:ミウラ 中野:ナカノ 原田:ハラダ 松田:マツダ 竹内:タケウチ 小野:オノ "
        "田村:タムラ 中山:ナカヤマ 和田:ワダ 石田:イシダ 森田:モリタ 上田:ウエダ 原:ハラ 内田:ウチダ 柴田:シバタ 酒井:サカイ "
        "宮崎:ミヤザキ 横山:ヨコヤマ 安藤:アンドウ 宮本:ミヤモト 大野:オオノ 小島:コジマ 谷口:タニグチ 今井:イマイ 高田:タカダ "
        "丸山:マルヤマ 増田:マスダ 杉山:スギヤマ 村田:ムラタ 大塚:オオツカ 小山:コヤマ 平野:ヒラノ 藤本:フジモト 河野:コウノ "
        "髙橋:タカハシ 﨑田:サキタ 髙田:タカダ 山﨑:ヤマザキ 髙野:タカノ 宮﨑:ミヤザキ 渡邊:ワタナベ 渡邉:ワタナベ 齋藤:サイトウ "
        "濵田:ハマダ 桒原:クワハラ 國分:コクブン 橋本:ハシモト 影山:カゲヤマ 熊田:クマダ 安斎:アンザイ 添田:ソエタ 先﨑:センザキ"
    ).split()
)
RARE_CHARACTERS = "髙﨑濵桒"
"""Characters that CP932 has and Shift_JIS has not."""

GIVEN_MEN = tuple(
    pair.split(":")
    for pair in (
        "一郎:イチロウ 健:ケン 誠:マコト 翔太:ショウタ 大輔:ダイスケ 正:タダシ 清:キヨシ 勝:マサル 実:ミノル 茂:シゲル 進:ススム "
        "隆:タカシ 学:マナブ 浩:ヒロシ 修:オサム 剛:ツヨシ 哲也:テツヤ 直樹:ナオキ 拓也:タクヤ 蓮:レン 悠斗:ユウト 陽翔:ハルト "
        "和夫:カズオ 昭:アキラ 弘:ヒロム 三郎:サブロウ 幸一:コウイチ 義雄:ヨシオ 博之:ヒロユキ 智也:トモヤ 達郎:タツロウ 啓介:ケイスケ"
    ).split()
)
GIVEN_WOMEN = tuple(
    pair.split(":")
    for pair in (
        "花子:ハナコ 美咲:ミサキ 陽子:ヨウコ 久美子:クミコ 恵子:ケイコ 幸子:サチコ 和子:カズコ 洋子:ヒロコ 節子:セツコ 京子:キョウコ "
        "千代:チヨ トメ:トメ ハル:ハル キヨ:キヨ 裕子:ユウコ 明美:アケミ 由美:ユミ 直美:ナオミ 愛:アイ 葵:アオイ 結衣:ユイ 陽菜:ヒナ "
        "さくら:サクラ 美穂:ミホ 麻衣:マイ 智子:トモコ 真理:マリ 純子:ジュンコ 孝子:タカコ 文:フミ 弘美:ヒロミ 理恵:リエ"
    ).split()
)
COMPANY_WORDS = tuple(
    pair.split(":")
    for pair in (
        "あさぎり:アサギリ ひばりの:ヒバリノ こがね色:コガネイロ みのり野:ミノリノ つばくろ:ツバクロ やまぼうし:ヤマボウシ せせらぎ:セセラギ "
        "くるみ沢:クルミサワ ほたる坂:ホタルザカ すずかけ:スズカケ もみじ山:モミジヤマ かわせみ:カワセミ しらかば:シラカバ たんぽぽ:タンポポ "
        "なないろ:ナナイロ ゆきわり:ユキワリ はなみずき:ハナミズキ いろは丘:イロハオカ のぎく:ノギク とちの木:トチノキ ぶなの森:ブナノモリ "
        "かえで通:カエデドオリ さざなみ:サザナミ うぐいす:ウグイス あかつき橋:アカツキバシ ひなた台:ヒナタダイ 髙砂川:タカサゴガワ 﨑の里:サキノサト"
    ).split()
)
COMPANY_TRADES = tuple(
    pair.split(":")
    for pair in (
        "製作所:セイサクショ 工業:コウギョウ 商店:ショウテン 建設:ケンセツ 運輸:ウンユ 食品:ショクヒン 印刷:インサツ 電機:デンキ "
        "不動産:フドウサン 農園:ノウエン 酒造:シュゾウ 木材:モクザイ 設備:セツビ 物産:ブッサン 薬局:ヤッキョク 企画:キカク 観光:カンコウ "
        "園芸:エンゲイ 石材:セキザイ 塗装:トソウ 警備:ケイビ 介護:カイゴ 書房:ショボウ 機械:キカイ"
    ).split()
)
LARGE_DEBTOR = ("株式会社まぼろし湖畔開発", "カブシキガイシャマボロシコハンカイハツ")
COMPANY_FORM = ("株式会社", "カブシキガイシャ")
COMPANY_FORM_HALF = "ｶ)"

_FULL = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｱｲｳｴｵﾔﾕﾖﾂ-"
_VOICED = dict(
    zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ", "カキクケコサシスセソタチツテトハヒフヘホウ", strict=True)
)
_HALF_VOICED = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))
_TO_HALF = dict(zip(_FULL, _HALF, strict=True))


def half_width(kana: str) -> str:
    """Katakana as bank files write it: half width, voicing marks apart, small letters large, a hyphen for length."""
    written = []
    for letter in kana:
        if letter in _VOICED:
            written.append(_TO_HALF[_VOICED[letter]] + "ﾞ")
        elif letter in _HALF_VOICED:
            written.append(_TO_HALF[_HALF_VOICED[letter]] + "ﾟ")
        else:
            written.append(_TO_HALF.get(letter, letter))
    return "".join(written)
