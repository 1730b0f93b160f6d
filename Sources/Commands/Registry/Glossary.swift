/// The field's words, as `help loss` explains them: two sentences each, and where to see it in gnb.
public enum Glossary {
  public struct Entry: Sendable {
    public let word: String
    /// Other names, and forms of the word.
    public let others: [String]
    public let text: String
    /// Commands that show it.
    public let see: [String]
  }

  public static let entries: [Entry] = [
    entry(
      "accuracy", [],
      "The share of articles whose category the model named rightly. With few articles it is uncertain, so gnb shows a 95% interval beside it.",
      see: ["evaluate", "compare", "plot accuracy"]),
    entry(
      "adamw", ["adam", "optimizer", "optimiser"],
      "The rule that turns gradients into changes of the weights. It remembers an average of each weight's gradients and of their squares, so that every weight gets a step of its own size.",
      see: ["train optimizer=adamw"]),
    entry(
      "adapter", ["adapters"],
      "The small set of new weights that LoRA trains beside the frozen model. It can be saved, loaded and folded into the model by itself.",
      see: ["lora", "show lora", "save adapter my-adapter", "load adapter my-adapter", "merge"]),
    entry(
      "alpha", [],
      "The update of an adapter is multiplied by alpha / rank. A larger alpha makes the same weights change the model more.",
      see: ["lora alpha=16"]),
    entry(
      "attention", [],
      "The part of a layer in which each token looks at the tokens before it and takes over what matters. Its matrices are q_proj, k_proj, v_proj and o_proj.",
      see: ["show model", "lora targets=[q_proj, v_proj]"]),
    entry(
      "baseline", ["tf-idf", "majority"],
      "What a simple method reaches on the same articles. A fine-tuned model that is no better than TF-IDF with logistic regression has learnt little that needs a language model.",
      see: ["baseline", "compare"]),
    entry(
      "batch", ["batch size"],
      "The articles that go through the model together in one pass. Their gradients are averaged, so a larger batch gives calmer steps and takes more memory.",
      see: ["train batch=8"]),
    entry(
      "bf16", ["f16", "f32", "float32", "bfloat16", "precision"],
      "Numbers can be stored in 32 bits (f32) or in 16 (bf16, f16). Fewer bits take less memory and are less exact; bf16 keeps the range of f32 and gives up digits.",
      see: ["load model precision=bf16", "show model"]),
    entry(
      "bos", ["eos", "special token", "special tokens"],
      "Special tokens mark a place, not a text: <bos> begins a text and <eos> ends an answer. The model learnt with them, and answers worse when they are missing.",
      see: ["show prompt", "show tokens \"機械学習\""]),
    entry(
      "calibration", ["calibrated"],
      "Probabilities are calibrated if, of all answers with 0.9, nine in ten are right. Those of a fine-tuned model are usually too sure of themselves, and gnb gives them as the model has them.",
      see: ["ask \"機械学習\"", "predict mails.csv to=answers.csv"]),
    entry(
      "checkpoint", ["checkpoints"],
      "A file with the whole state of a training: adapter, optimiser and position. Training goes on from it and ends with the same bits as without the break.",
      see: ["train checkpoint=run.ckpt", "train resume=run.ckpt"]),
    entry(
      "clip", ["gradient clipping", "clipping"],
      "A gradient that is longer than this is shortened to it. One strange article can then not throw the weights far away.",
      see: ["train clip=1"]),
    entry(
      "confusion matrix", [],
      "A table that counts, for each true category, which categories the model named. What is right stands on the diagonal; the rest shows which two categories it mixes up.",
      see: ["confusion"]),
    entry(
      "context", ["context length"],
      "The most tokens that a model can see at once. A longer article has to be cut, and most articles say early what they are about.",
      see: ["show model", "prompt max_input_tokens=256"]),
    entry(
      "dora", [],
      "A kind of LoRA that learns the length of each output apart from its direction. It costs a little more time and sometimes learns better at a small rank.",
      see: ["lora dora=true"]),
    entry(
      "dropout", [],
      "During training a random share of the adapter's inputs is left out. What is learnt can then not rest on a few of them alone, which works against overfitting.",
      see: ["lora dropout=0.05"]),
    entry(
      "embedding", ["embeddings"],
      "The vector that stands for a token inside the model. The first matrix of the model has one row for each token of the vocabulary.",
      see: ["show model"]),
    entry(
      "epoch", ["epochs"],
      "One pass over all training articles. After several the model has seen each article as often, and may begin to learn them by heart.",
      see: ["train epochs=2"]),
    entry(
      "exact match", [],
      "The share of written answers that are, to the character, the expected ones. It is strict: an answer in other words counts as wrong, so read some of the answers as well.",
      see: ["evaluate", "compare"]),
    entry(
      "f1", ["f1-score", "macro average"],
      "The harmonic mean of precision and recall: it is high only if both are. The macro average counts every category alike, however many articles it has.",
      see: ["report"]),
    entry(
      "few-shot", ["zero-shot", "shots", "examples"],
      "A prompt that shows a few examples with their answers before the question; zero-shot shows none. Nothing is trained, so it costs no steps, but every prompt is longer.",
      see: ["prompt alpaca examples=5", "evaluate"]),
    entry(
      "fine-tuning", ["finetuning", "fine-tune"],
      "Training that begins with a model which has already learnt language, and teaches it one task. It needs little data, since only the task is new.",
      see: ["train", "evaluate"]),
    entry(
      "gguf", [],
      "The file format of llama.cpp: weights, tokenizer and settings in one file. The weights are often stored in few bits.",
      see: ["load model model.gguf", "save model model.gguf"]),
    entry(
      "gradient", ["gradients", "backpropagation"],
      "For each weight, how much the loss would rise if the weight grew a little. Training moves each weight the other way.",
      see: ["train clip=1"]),
    entry(
      "greedy", ["temperature", "top_p", "top_k", "sampling"],
      "Greedy writing takes the most probable token each time and always gives the same text. Above temperature 0 tokens are drawn at random; top_k and top_p leave the improbable ones out.",
      see: ["generate \"昔々\" temperature=0.8 top_p=0.9"]),
    entry(
      "instruction", ["instruction tuning", "task"],
      "What a prompt asks the model to do. If all rows share one, or the answers are few, the task is a classification; rows with an instruction of their own and an answer in free words are an instruction task.",
      see: ["prompt instruction=\"Name the topic.\"", "load data butler-rows", "ask \"Name a fruit.\""]),
    entry(
      "interval", ["95% interval", "confidence interval", "wilson"],
      "A measured accuracy is that of a few articles; on all such articles it probably lies in the 95% interval beside it. With four times the articles the interval is half as wide (Wilson, 1927).",
      see: ["evaluate explain=true", "compare"]),
    entry(
      "label", ["labels", "category", "categories", "class"],
      "The right answer that comes with a training article. In gnb a label is a word, and the model is taught to write it.",
      see: ["show data", "mistakes"]),
    entry(
      "layer", ["layers"],
      "One of the parts that a text passes through, each with attention and an MLP. Gemma 3 270M has 18, Gemma 2 2B has 26.",
      see: ["show model", "lora layers=[16, 17]"]),
    entry(
      "learning rate", ["lr", "schedule"],
      "How far each step moves the weights. Too high and the loss leaps up, too low and nothing is learnt; it usually rises in a warm-up and then falls to zero.",
      see: ["train lr=2e-3", "plot lr"]),
    entry(
      "logit", ["logits", "softmax"],
      "The score that the model gives each token as the next one. Softmax turns the scores into probabilities that add up to 1.",
      see: ["score \"吾輩は猫である。\""]),
    entry(
      "lora", ["low-rank adaptation"],
      "Low-rank adaptation: the model stays frozen, and beside each chosen matrix two thin ones are trained whose product is added to it. About 1% of the weights is enough to teach a task (Hu et al., 2021).",
      see: ["lora", "show lora"]),
    entry(
      "loss", ["cross-entropy", "training loss"],
      "How surprised the model is by the right answer: the mean of -log p over the answer's tokens, where p is the probability it gave. 0 is perfect; training makes it smaller.",
      see: ["train", "plot loss"]),
    entry(
      "mcnemar", ["mcnemar's test", "p", "significance"],
      "A test of whether two models that classified the same articles really differ. Its p is the chance of so unequal a count if they were equally good; below 0.05 one usually calls the difference real.",
      see: ["compare", "compare explain=true"]),
    entry(
      "mlp", ["feed-forward"],
      "The part of a layer that works on each token alone, and holds most of the weights. Its matrices are gate_proj, up_proj and down_proj.",
      see: ["show model", "lora targets=[gate_proj, up_proj, down_proj]"]),
    entry(
      "neftune", [],
      "Noise that is added to the embeddings during training. It sometimes makes answers better on new texts (Jain et al., 2023).",
      see: ["train neftune=5"]),
    entry(
      "overfitting", ["early stopping", "patience"],
      "The model learns the training articles by heart and gets worse on others. One sees it when the validation loss rises while the training loss falls; early stopping ends the training there.",
      see: ["train eval_every=10 patience=3", "evaluate on=train"]),
    entry(
      "packing", [],
      "Several short articles are put into one sequence, each seeing only itself. Less room is wasted than with one article a sequence.",
      see: ["train packing=512"]),
    entry(
      "parameter", ["parameters", "weight", "weights"],
      "A number of the model that training can set. LoRA leaves the model's own parameters as they are and trains a few new ones.",
      see: ["show model", "show lora"]),
    entry(
      "peft", [],
      "The Python library whose folders hold LoRA adapters (adapter_config.json and adapter_model.safetensors). gnb reads and writes them.",
      see: ["save adapter my-adapter", "load adapter my-adapter"]),
    entry(
      "perplexity", [],
      "e to the power of the loss: among how many equally likely tokens the model seems to choose. 1 is certainty.",
      see: ["score \"吾輩は猫である。\"", "train eval_every=10"]),
    entry(
      "precision and recall", ["recall"],
      "Precision: of the articles given this category, the share that belongs to it. Recall: of the articles that belong to it, the share that was found.",
      see: ["report"]),
    entry(
      "quantisation", ["quantization", "quantized", "q4_k_m", "q8_0", "nf4", "q8", "qlora"],
      "Weights stored in 4 or 8 bits, a block of them sharing a scale. The model takes much less memory, and answers nearly the same.",
      see: ["load model precision=nf4", "save model m.gguf type=q4_k_m"]),
    entry(
      "rank", [],
      "The width of LoRA's two thin matrices. A higher rank can learn more, and has more weights to train.",
      see: ["lora rank=8", "show lora"]),
    entry(
      "rope", ["rotary position"],
      "Rotary position embedding: queries and keys are turned by an angle that grows with the position. Attention thereby sees how far apart two tokens are.",
      see: ["show model"]),
    entry(
      "seed", [],
      "The start of a random sequence. The same seed gives the same draw, order and adapter, to the last bit.",
      see: ["set seed=1", "split seed=200"]),
    entry(
      "step", ["steps"],
      "One change of the weights: batch x accumulate articles, their loss, its gradient, and one move by the optimiser.",
      see: ["train steps=60", "plot loss"]),
    entry(
      "token", ["tokens", "tokenizer", "vocabulary"],
      "The piece of text that a model reads and writes at a time: a word, a part of one, or a single character. The tokenizer cuts a text into tokens, and the vocabulary numbers them.",
      see: ["show tokens \"機械学習\"", "plot lengths"]),
    entry(
      "tokens right", [],
      "How many of the answers' tokens are the model's first choice when it has read the right answer so far. It rises before whole answers come out right, and is kinder than writing: there one wrong token leads to others.",
      see: ["evaluate", "train eval_every=10"]),
    entry(
      "validation", ["validation loss", "validation set", "test set"],
      "Articles that training never sees, to measure on. The loss and the accuracy on them tell what the model will do with new texts.",
      see: ["split", "evaluate", "train eval_every=10 explain=true"]),
    entry(
      "warm-up", ["warmup"],
      "The first steps, over which the learning rate rises from zero. The optimiser's averages are then still uncertain, and large steps would do harm.",
      see: ["train warmup=5", "plot lr"]),
    entry(
      "weight decay", [],
      "Each step makes the trained weights a little smaller. What the data does not keep asking for fades away.",
      see: ["train weight_decay=0.01"]),
  ]

  private static func entry(_ word: String, _ others: [String], _ text: String, see: [String]) -> Entry {
    Entry(word: word, others: others, text: text, see: see)
  }

  /// The entry of a word in any of its forms.
  static func entry(of word: String) -> Entry? {
    let word = word.lowercased()
    return entries.first { $0.word == word } ?? entries.first { $0.others.contains(word) }
  }
}
