"""What numpy and scikit-learn draw: raw numbers, shuffles, train_test_split, and the Colab demo's split of real articles.

    python make.py [livedoor.tar.gz]        (rewrites expected.json beside this script)

Of the Livedoor corpus only file names, counts and hashes are kept.
"""

import hashlib
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_files
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from lora import write_json  # noqa: E402

FIVE = ["it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news"]
NOT_ARTICLES = ["LICENSE.txt", "README.txt", "CHANGES.txt"]
CLASSES = [[5, 5], [3, 3, 3, 3, 3], [7, 3, 11], [13, 13, 13, 13, 13], [40, 2, 9, 17], [60, 60, 60, 60, 60], [31, 32, 33, 1000]]
SEEDS = [0, 1, 200, 4294967295]


def divide(count: int, labels: list[int] | None, seed: int) -> dict:
    options = {"train_size": 0.7, "test_size": 0.3, "random_state": seed}
    train, test = train_test_split(list(range(count)), stratify=labels, **options)
    return {"train": train, "test": test}


def synthetic() -> list[dict]:
    cases = []
    for counts in CLASSES:
        # Interleaved, so that a class's rows do not stand together.
        sorted_labels = [i for i, n in enumerate(counts) for _ in range(n)]
        labels = [sorted_labels[i] for i in np.random.RandomState(9).permutation(sum(counts)).tolist()]
        for seed in SEEDS if len(labels) < 400 else SEEDS[2:3]:
            cases.append({"labels": labels, "seed": seed, "stratified": divide(len(labels), labels, seed),
                          "plain": divide(len(labels), None, seed)})
    return cases


def text_of(path: str) -> str:
    """As gnb reads an article: without its address and date."""
    return Path(path).read_text(encoding="utf-8").replace("\r\n", "\n").split("\n", 2)[2].strip()


def demo(folder: Path, seed: int, train: int, validation: int, stratify: bool = True) -> dict:
    """The demo's split, and what is left of it without licence files and duplicates."""
    data = load_files(folder, categories=FIVE, encoding="utf-8")
    seen, duplicates = set(), set()
    for name in sorted(data.filenames.tolist()):
        if Path(name).name in NOT_ARTICLES:
            continue
        key = (Path(name).parent.name, text_of(name))
        if key in seen:
            duplicates.add(name)
        seen.add(key)
    train_x, test_x = train_test_split(data.filenames.tolist(), stratify=data.target if stratify else None,
                                       train_size=0.7, test_size=0.3, random_state=seed)
    result = {"files": len(data.filenames), "drawn_train": len(train_x), "drawn_test": len(test_x)}
    for part, names in (("train", train_x[:train]), ("validation", test_x[:validation])):
        ids = [Path(name).name for name in names if Path(name).name not in NOT_ARTICLES and name not in duplicates]
        result[part] = {"count": len(ids), "dropped": len(names) - len(ids), "first": ids[:5],
                        "sha256": hashlib.sha256("\n".join(ids).encode()).hexdigest()}
    return result


def main() -> None:
    raw = {}
    for seed in SEEDS:
        random = np.random.RandomState(seed)
        raw[str(seed)] = random._bit_generator.random_raw(1300).tolist()
    shuffles = []
    for seed in SEEDS:
        for count in (1, 2, 3, 17, 64, 65, 200):
            shuffles.append({"seed": seed, "count": count, "order": np.random.RandomState(seed).permutation(count).tolist()})
    expected = {
        "raw": {seed: numbers[:6] + numbers[1294:] for seed, numbers in raw.items()},
        "shuffles": shuffles, "splits": synthetic(),
        "mini_news": [{"seed": seed, "stratify": stratify} | demo(
            HERE.parents[2] / "notebooks/data/mini-news/text", seed, 100, 90, stratify)
            for seed in SEEDS for stratify in (True, False)],
    }
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(sys.argv[1]) as archive:
                archive.extractall(folder, filter="data")
            text = Path(folder) / "text"
            expected["livedoor_with_licence_files"] = demo(text, 200, 100, 1000)
            expected["livedoor_with_licence_files_all"] = demo(text, 200, 10**6, 10**6)
            for licence in text.glob("*/LICENSE.txt"):
                licence.unlink()
            expected["livedoor"] = demo(text, 200, 100, 1000)
            expected["livedoor_all"] = demo(text, 200, 10**6, 10**6)
    write_json(HERE / "expected.json", expected)


if __name__ == "__main__":
    main()
