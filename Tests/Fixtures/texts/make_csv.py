"""What Python's csv module makes of odd CSV and TSV texts, into csv.json: python make_csv.py

Each case: the text, the separator, and the rows that are not empty. `rows` is null where a quote is never closed: csv takes the
rest of the file for the field, gnb refuses the file."""
import csv
import io
import json
import random
from pathlib import Path

MARK, VS16, ZWJ, THAI = "\u3099", "\ufe0f", "\u200d", "\u0e31"


def rows(text, separator):
    def read(text):
        return [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r]

    # A quote is open at the end if what is added there is still part of the last field.
    if any(field.endswith("\nZ") for row in read(text + "\nZ") for field in row):
        return None
    return read(text)


cases = [
    "", "\n", "a", "a,b", "a,b\n", "a,b\r\n", "a,b\r", "a\rb\rc", "a\r\rb", "a\n\rb", "\r\n\r\na", ",", ",\n", ",,\n,", "a,\nb,\n",
    '""', '""\n', '"",""', '"a"', '"a""b"', '""""', '"""a"""', 'a"b', 'a"b"c,d', '"a"b,c', '"a"b"c",d', '"a" ,b', ' "a",b', '"a,b\nc",d',
    '"a\r\nb"\r\nc', '"a\rb"\rc', '"a\n\nb",c\n\nd', "a,b\n\n\nc,d", "a,b,c\nd\ne,f,g,h", "\0,a\0\n\0", '"\0"', "a\u0085b,c\u2028d\ne\u2029f",
    "a\x0bb\x0cc,d\x1ce", '"', '"a', 'a,"b\nc', '"a""', 'a\n"b', f"a,{MARK}b", f'"{MARK}a",b', f'"a{MARK}"{MARK},b', f"a\n{MARK}b",
    f"{VS16},{ZWJ}\n{ZWJ}{THAI},{THAI}", f'"{ZWJ}","{VS16}"', f'a,"{MARK}""{MARK}"', f"\r{MARK}\n{MARK}", "か\u3099,が", "👨\u200d👩\u200d👧,🇯🇵",
]
draw = random.Random(11)
signs = ["a", "b", ",", ",", '"', '"', "\n", "\r", "\r\n", "\t", " ", "\0", MARK, VS16, "あ"]
cases += ["".join(draw.choice(signs) for _ in range(draw.randint(1, 14))) for _ in range(400)]
made = [{"text": c, "separator": s, "rows": rows(c, s)} for i, c in enumerate(cases) for s in (",\t" if i % 7 == 0 else ",")]
lines = ",\n".join(json.dumps(m, separators=(",", ":")) for m in made)
Path(__file__).with_name("csv.json").write_text(f"[\n{lines}\n]\n")
