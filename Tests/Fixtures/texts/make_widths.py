"""Display widths of all of Unicode by Python's wcwidth, into widths.json: python make_widths.py

`runs`: [first code point, width] of each run of equal widths; -1 is a control character. `wideWithVS16` and `narrowWithVS15`: runs
[first, last] of what U+FE0F makes two columns wide and U+FE0E one. `texts`: whole texts and their widths."""
import json
from pathlib import Path

import wcwidth
from wcwidth import wcswidth

LAST = 0x10FFFF
points = [c for c in range(LAST + 1) if not 0xD800 <= c <= 0xDFFF]
runs, last = [], None
for c in points:
    w = wcwidth.wcwidth(chr(c))
    if w != last:
        runs.append([c, w])
        last = w


def ranges(codes):
    made = []
    for c in codes:
        if made and made[-1][1] == c - 1:
            made[-1][1] = c
        else:
            made.append([c, c])
    return made


base = [c for c in points if wcwidth.wcwidth(chr(c)) > 0]
vs16 = ranges(c for c in base if wcwidth.wcwidth(chr(c)) == 1 and wcswidth(chr(c) + "\ufe0f") == 2)
vs15 = ranges(c for c in base if wcwidth.wcwidth(chr(c)) == 2 and wcswidth(chr(c) + "\ufe0e") == 1)
texts = """
sport|東京新聞|ｽﾎﾟｰﾂ･ｺﾞﾙﾌ|ｶﾞｷﾞ|ﾊﾟ|ｱｲｳｴｵ|か\u3099き\u3099|ば|ウ\u3099ァ|①②|１２|ａｂｃ|あいうえお|、。「」|㍿|〜|～|—|…
น้ำทำคำ|กีฬา|น้ำ|ที่นี่|ภาษาไทย|ลาว|ພາສາລາວ|ນ້ຳ|ខ្មែរ|ភាសាខ្មែរ|မြန်မာ|မြန်မာဘာသာ
हिन्दी|क्षत्रिय|नमस्ते|राष्ट्र|संस्कृति|বাংলা|ক্ষ|தமிழ்|நிலா|తెలుగు|ಕನ್ನಡ|മലയാളം|ગુજરાતી|ਪੰਜਾਬੀ|ଓଡ଼ିଆ|සිංහල|བོད་སྐད་
한국어|\u1112\u1161\u11ab\u1100\u116e\u11a8|\u1100\u1161|각\u11a8|ㅎㅏㄴ|العربية|رياضة|עִבְרִית|فارسی|می\u200cخواهم|русский|и\u0306|Ελλάδα|e\u0301|a\u0323\u0302
🇯🇵 news|🇯🇵🇺🇸|🇯|👨‍👩‍👧 home|👨‍👩‍👧‍👦|👩🏽‍💻|👍🏽 ok|👍|🏳️‍🌈|🏴‍☠️|🏴󠁧󠁢󠁥󠁮󠁧󠁿|1️⃣ one|#️⃣|*⃣|❤ red|❤️ red|☺|☺️|☺︎|⌚︎|⌚|ⓘ️|©️|™️|❤️‍🔥|👁️‍🗨️|🤷‍♀️|🧑🏻‍🤝‍🧑🏿|😀😀|🫠|a️
co\u00adop|a\u200bb|a\u2060b|\ufeffa|a\u200db|a\u200eb|\u0600\u0661|x\u20dd|\u3000a|a\u00a0b|\u2003a|z\u0335\u0336\u0337\u0338|\u1160|\u115f|\u3164|\uffa0|\u2028a
""".strip().replace("\n", "|").split("|")
made = {
    "made_with": "wcwidth " + wcwidth.__version__,
    "unicode": wcwidth.list_versions()[-1],
    "runs": runs,
    "wideWithVS16": vs16,
    "narrowWithVS15": vs15,
    "texts": [[t, wcswidth(t)] for t in texts],
}
assert all(w >= 0 for _, w in made["texts"])
text = ",\n".join(f'"{k}":' + json.dumps(v, separators=(",", ":")) for k, v in made.items())
Path(__file__).with_name("widths.json").write_text("{" + text + "}\n")
