"""What scikit-learn says: classification reports, confusion matrices, and a TF-IDF baseline on tiny texts.

    python make.py                 (rewrites expected.json beside this script)
"""

import sys
import warnings
from pathlib import Path

from sklearn.exceptions import UndefinedMetricWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from lora import write_json  # noqa: E402

FIVE = ["it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news"]


def spread(counts: list[tuple[str, str, int]]) -> tuple[list[str], list[str]]:
    truth, predicted = [], []
    for label, prediction, count in counts:
        truth += [label] * count
        predicted += [prediction] * count
    return truth, predicted


CASES = {
    "perfect": (["a", "b"], spread([("a", "a", 3), ("b", "b", 2)])),
    "binary": (["no", "yes"], spread([("no", "no", 13), ("no", "yes", 4), ("yes", "yes", 7), ("yes", "no", 2)])),
    "five classes": (
        FIVE,
        spread([
            (FIVE[0], FIVE[0], 161), (FIVE[0], FIVE[1], 27), (FIVE[0], FIVE[4], 15),
            (FIVE[1], FIVE[1], 170), (FIVE[1], FIVE[0], 21), (FIVE[1], FIVE[2], 11),
            (FIVE[2], FIVE[2], 190), (FIVE[2], FIVE[4], 14),
            (FIVE[3], FIVE[3], 205), (FIVE[3], FIVE[4], 6),
            (FIVE[4], FIVE[4], 150), (FIVE[4], FIVE[0], 9), (FIVE[4], FIVE[3], 21),
        ]),
    ),
    "a class never predicted": (
        ["x", "y", "z"], spread([("x", "x", 5), ("x", "y", 1), ("y", "y", 4), ("z", "x", 2), ("z", "y", 1)]),
    ),
    "a class never true": (["x", "y", "z"], spread([("x", "x", 5), ("x", "z", 1), ("y", "y", 4), ("y", "z", 2)])),
    "predictions outside the classes": (
        ["x", "y"], spread([("x", "x", 5), ("x", "(other)", 2), ("y", "y", 3), ("y", "x", 1), ("y", "(other)", 1)]),
    ),
    "nothing right": (["x", "y"], spread([("x", "y", 3), ("y", "x", 4)])),
    "japanese names": (["スポーツ", "映画"], spread([("スポーツ", "スポーツ", 8), ("映画", "スポーツ", 3), ("映画", "映画", 6)])),
    "long names": (
        ["a-class-with-quite-a-long-name", "b"],
        spread([("a-class-with-quite-a-long-name", "b", 1), ("b", "b", 3), ("a-class-with-quite-a-long-name",) * 2 + (9,)]),
    ),
}

TEXTS = {
    "sports": [
        "延長十二回、代打の一振りで試合が決まった。",
        "新人投手が三試合連続で完封勝利をあげた。",
        "終了間際のフリーキックが壁を越えてゴールに吸い込まれた。",
        "主将は優勝旗を掲げ、涙をこらえて観客に手を振った。",
        "マラソンで無名の選手が大会記録を二分も縮めた。",
        "監督は敗戦の責任をとって今季限りで退く。",
        "四番打者が復帰戦で二本の本塁打を放った。",
        "雨の中の決勝はPK戦の末、北の港町のチームが勝った。",
        "体操の団体は最後の鉄棒で逆転した。",
        "控えの捕手が盗塁を三度も刺して勝利に貢献した。",
        "横綱が土俵際で体を入れかえ、全勝を守った。",
        "彼女は背泳ぎで自己記録を更新し、決勝に進んだ。",
        "審判の判定をめぐり、試合は十分間も止まった。",
    ],
    "movies": [
        "灯台を舞台にした新作映画の公開日が発表された。",
        "主演女優は役作りのため半年間パン屋で働いたという。",
        "監督の前作を超える興行収入が期待されている。",
        "予告編には巨大な猫が街を歩く場面が映る。",
        "試写会では上映後に長い拍手が続いた。",
        "原作の小説とは違う結末に観客は驚いた。",
        "名優が声を演じるアニメーション作品が来月封切りとなる。",
        "音楽を担当するのは撮影当時十七歳の作曲家だ。",
        "続編の製作が決まり、主演の二人も再び登場する。",
        "古い時代劇が修復され、劇場で上映される。",
        "映画祭の最高賞は無名の監督の短編に贈られた。",
        "悪役を演じた俳優の静かな演技が光る一本。",
        "撮影は全編、冬の島で行われた。",
    ],
    "gadgets": [
        "重さ九十グラムの新型スマートフォンが発売された。",
        "充電一回で三日使える腕時計型の端末を試した。",
        "この炊飯器は米の種類を自動で見分ける。",
        "無料アプリで古い写真に色をつける方法を紹介する。",
        "掃除機の新製品は段差を自分で乗り越える。",
        "キーボードの配列を変えるだけで入力が速くなる。",
        "冷蔵庫が卵の残りを知らせてくれる新機能。",
        "USBで動く小さな加湿器を机に置いてみた。",
        "画面が二つに折れる端末の価格は九万八千円。",
        "設定を一つ変えるだけで電池の減りが遅くなる。",
        "防水のスピーカーを風呂場で一週間使った感想。",
        "新しいカメラは暗い部屋でも明るく撮影できる。",
        "古いパソコンを軽くする無料のソフトを比べた。",
    ],
}
HELD_OUT = [
    "代打の選手が逆転の本塁打を放った。",
    "映画の続編が来月公開される。",
    "新型の掃除機を一週間試した。",
    "監督はカメラの前で静かに涙をこらえた。",
    "xyz",
    "スマートフォンで撮影した短編映画が映画祭で上映された。",
]


def six(value) -> float:
    return round(float(value), 6)


def cases() -> list[dict]:
    rows = []
    for name, (classes, (truth, predicted)) in CASES.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            warnings.simplefilter("ignore", UserWarning)
            report = dict(labels=classes, digits=4, zero_division=0.0)
            rows.append({
                "name": name, "classes": classes, "truth": truth, "predicted": predicted,
                "accuracy": float(accuracy_score(truth, predicted)),
                "report": classification_report(truth, predicted, **report),
                "report_values": classification_report(truth, predicted, **report, output_dict=True),
                "confusion": confusion_matrix(truth, predicted, labels=classes).tolist(),
                # The same without being told the classes: sorted union of what occurs.
                "report_unlabelled": classification_report(truth, predicted, digits=4, zero_division=0.0),
                "confusion_unlabelled": confusion_matrix(truth, predicted).tolist(),
            })
    return rows


def baseline() -> dict:
    texts = [text for group in TEXTS.values() for text in group] + [" a  b\tＡ ", "Aa aA"]
    labels = [label for label, group in TEXTS.items() for _ in group] + ["gadgets", "movies"]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    matrix = vectorizer.fit_transform(texts)
    model = LogisticRegression(max_iter=1000).fit(matrix, labels)
    # Tighter than the default tolerance: what any converged solver must reach.
    exact = LogisticRegression(max_iter=100000, tol=1e-12).fit(matrix, labels)
    held = vectorizer.transform(HELD_OUT)
    names = vectorizer.get_feature_names_out()

    def vector(row) -> dict:
        row = row.tocsr()
        row.sort_indices()
        pairs = {names[i]: six(v) for i, v in zip(row.indices, row.data)}
        return {"norm": six((row.data ** 2).sum() ** 0.5), "entries": pairs}

    def predictions(classifier, features) -> list[dict]:
        return [
            {"prediction": str(p), "probabilities": [six(v) for v in row]}
            for p, row in zip(classifier.predict(features), classifier.predict_proba(features))
        ]

    return {
        "texts": texts, "labels": labels, "held_out": HELD_OUT, "classes": [str(c) for c in model.classes_],
        "features": len(names), "first_features": list(names[:20]), "last_features": list(names[-20:]),
        "idf": {names[i]: six(vectorizer.idf_[i]) for i in range(0, len(names), len(names) // 30)},
        "document_0": vector(matrix[0]), "odd_document": vector(matrix[len(texts) - 2]), "held_out_0": vector(held[0]),
        "training": predictions(model, matrix), "held_out_predictions": predictions(model, held),
        "converged_held_out_predictions": predictions(exact, held),
        "converged_intercept": [six(v) for v in exact.intercept_],
        "converged_coefficients": {
            str(label): {names[i]: six(exact.coef_[c, i]) for i in range(0, len(names), len(names) // 10)}
            for c, label in enumerate(exact.classes_)
        },
        "parameters": {"C": model.C, "max_iter": 1000, "iterations": int(model.n_iter_[0])},
    }


if __name__ == "__main__":
    result = {"cases": cases(), "baseline": baseline()}
    write_json(HERE / "expected.json", result)
    for case in result["cases"]:
        print(case["name"], case["confusion"], case["report"], sep="\n")
    b = result["baseline"]
    print(b["features"], b["parameters"], b["held_out_predictions"], b["converged_held_out_predictions"], b["odd_document"])
