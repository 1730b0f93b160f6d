/// train in Python.
extension TrainCommands {
  static func python(_ call: PythonCall<TrainArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.training)
    guard let resumed = call.resume else {
      if let path = call.checkpoint {
        script.trainings[path] = script.isInLoop ? call.bound : call.bound.withoutVariables
      }
      let folder = call.checkpoint.map { _ in call.python(\.checkpoint) }
      return script.promptIfMissing() + trainer(call, &script, folder: folder) + ["run(trainer)"]
    }
    let folder = call.python(\.resume)
    var lines = script.promptIfMissing()
    lines.append(
      "# This continues from the checkpoint that Python wrote to this folder. Python cannot read gnb's own files."
    )
    let known = script.trainings[resumed].map { PythonCall(keys: call.keys, bound: $0) }
    if known == nil {
      lines.append(
        "# This notebook does not contain the settings of that training. These are the defaults: change them."
      )
    }
    if !script.hasAdapter {
      script.hasAdapter = true
      lines += [
        "from peft import PeftModel", "from transformers.trainer_utils import get_last_checkpoint",
        "model = PeftModel.from_pretrained(model, get_last_checkpoint(\(folder)), is_trainable=True)",
      ]
    }
    return lines + trainer(known ?? call, &script, folder: folder) + [
      "losses, trained_steps = [], 0  # the checkpoint has the earlier losses", "run(trainer, resume=True)",
    ]
  }

  /// Lines that create the trainer. With a folder it writes checkpoints.
  private static func trainer(
    _ call: PythonCall<TrainArguments>, _ script: inout PythonScript, folder: String?
  ) -> [String] {
    let (batch, accumulate) = (call.python(\.batch), call.python(\.accumulate))
    let length =
      call.epochs != nil
      ? "num_train_epochs=\(call.python(\.epochs))"
      : "max_steps=\(call.python(\.steps, else: "60"))"
    let order = order(call)
    var schedule = call.python(\.schedule)
    if call.schedule == .constant { schedule = Python.literal("constant_with_warmup") }
    let answerOnly = call.lossOn == .all ? "False" : "True"
    let packing = packing(call, &script, answerOnly: answerOnly)
    let looks = looks(call, isPacked: packing != nil)
    let saving = saving(call, folder: folder)
    var lines = saving.notes
    if call.isChanged(\.spike), call.isVariable(\.spike) || call.spike > 0 {
      lines.append(
        "# spike=\(call.python(\.spike)) has no counterpart here: a high loss does not stop the training.")
    }
    lines += (packing?.notes ?? []) + looks.before
    lines += order.before
    lines += [
      "trainer = \(order.trainer)(",
      "    model=model, processing_class=tokenizer, "
        + "data_collator=\(packing == nil ? "" : "None if sft_only else ")DataCollatorForSeq2Seq(tokenizer),",
      "    # The loss is on \(call.lossOn == .all ? "prompt and answer" : "the answer only").",
    ]
    let examples = "examples(answer_only=\(answerOnly))"
    lines.append("    train_dataset=\(packing == nil ? examples : "for_packing(\(examples))"),")
    lines += looks.trainer.map { "    " + $0 }
    lines += [
      "    args=SFTConfig(",
      "        per_device_train_batch_size=\(batch), gradient_accumulation_steps=\(accumulate),",
      "        \(length), warmup_steps=\(call.python(\.warmup)), learning_rate=\(call.python(\.lr)),",
      "        lr_scheduler_type=\(schedule), weight_decay=\(call.python(\.weightDecay)),",
      "        max_grad_norm=\(call.python(\.clip)), optim=\(optimizer(call)), seed=\(call.python(\.seed, else: "\(script.seed)")),",
      "        logging_steps=1, save_strategy=\"\(saving.options.isEmpty ? "no" : "steps")\", report_to=\"none\", "
        + "output_dir=\(folder ?? Python.literal("outputs")),",
    ]
    if call.isVariable(\.neftune) {
      lines.append("        neftune_noise_alpha=\(call.python(\.neftune)) or None,")
    } else if call.isChanged(\.neftune) {
      lines.append("        neftune_noise_alpha=\(call.python(\.neftune)),")
    }
    lines += (looks.options + saving.options).map { "        " + $0 }
    return lines + ["        **half, \(packing?.options ?? "**sft_only")))"]
  }

  /// A trainer that takes the articles in the same steps as gnb. With epochs this is the default of Trainer: the last
  /// step of an epoch is short. With steps every step has the same number of articles; for Trainer all epochs are one
  /// long epoch.
  private static func order(_ call: PythonCall<TrainArguments>) -> (trainer: String, before: [String]) {
    let shuffles = call.shuffle
    let data = "self.train_dataset"
    if call.epochs != nil {
      guard !shuffles else { return ("SFTTrainer", []) }
      return (
        "InOrder",
        [
          "class InOrder(SFTTrainer):", "    def _get_train_sampler(self, *_):",
          "        return torch.utils.data.SequentialSampler(\(data))", "", "",
        ]
      )
    }
    let sampler =
      shuffles
      ? "torch.utils.data.RandomSampler(\(data), num_samples=count)"
      : "[i % len(\(data)) for i in range(count)]"
    return (
      "EqualSteps",
      [
        "class EqualSteps(SFTTrainer):  # a step at the end of an epoch is filled up from the next epoch",
        "    def _get_train_sampler(self, *_):", "        a = self.args",
        "        count = a.max_steps * a.per_device_train_batch_size * a.gradient_accumulation_steps",
        "        return \(sampler)", "", "",
      ]
    )
  }

  private static func optimizer(_ call: PythonCall<TrainArguments>) -> String {
    if call.isVariable(\.optimizer) {
      return "{\"adamw\": \"adamw_torch\"}.get(\(call.python(\.optimizer)), \(call.python(\.optimizer)))"
    }
    return Python.literal(call.optimizer == .adamw ? "adamw_torch" : call.optimizer.rawValue)
  }

  /// The options and notes for packing; nil without packing.
  private static func packing(
    _ call: PythonCall<TrainArguments>, _ script: inout PythonScript, answerOnly: String
  ) -> (options: String, notes: [String])? {
    guard call.isChanged(\.packing) else { return nil }
    script.need(.packing)
    let length = call.python(\.packing)
    let isVariable = call.isVariable(\.packing)
    var notes = [
      "# TRL cuts articles that are longer than max_length; gnb does not. Without FlashAttention, attention crosses from one article",
      "# of a sequence to another; in gnb it never does. Without TRL nothing is packed.",
    ]
    if !call.shuffle { notes.append("# The packed sequences are in TRL's order.") }
    return (
      "**(dict(packing=\(isVariable ? "\(length) > 0" : "True"), "
        + "max_length=\(length)\(isVariable ? " or max_seq_length" : ""), completion_only_loss=\(answerOnly)) "
        + "if sft_only else {})", notes
    )
  }

  /// The lines for validation losses and early stopping.
  private static func looks(_ call: PythonCall<TrainArguments>, isPacked: Bool) -> (
    before: [String], trainer: [String], options: [String]
  ) {
    guard call.evalEvery != nil else {
      return (
        call.patience != nil ? ["# patience has no effect without eval_every."] : [],
        [], []
      )
    }
    var before = ["# Here only the validation loss is measured; gnb also measures the accuracy."]
    let examples =
      "as_dataset([example(article, True) for article in validation[:\(call.python(\.evalLimit))]])"
    var trainer = ["eval_dataset=\(isPacked ? "for_packing(\(examples))" : examples),"]
    var options = [
      "eval_strategy=\"steps\", eval_steps=\(call.python(\.evalEvery)), "
        + "per_device_eval_batch_size=\(call.python(\.batch)),"
    ]
    if isPacked { options[0] += " **({\"eval_packing\": False} if sft_only else {})," }
    if call.patience != nil {
      before += ["from transformers import EarlyStoppingCallback", ""]
      trainer.append(
        "callbacks=[EarlyStoppingCallback(early_stopping_patience=\(call.python(\.patience)))],")
      options.append(
        "load_best_model_at_end=True, metric_for_best_model=\"eval_loss\", greater_is_better=False,")
    }
    return (before, trainer, options)
  }

  /// The options for checkpoints. Restoring the best adapter needs checkpoints too.
  private static func saving(_ call: PythonCall<TrainArguments>, folder: String?) -> (
    options: [String], notes: [String]
  ) {
    var notes: [String] = []
    let stopsEarly = call.patience != nil && call.evalEvery != nil
    guard folder != nil || stopsEarly else { return ([], []) }
    var every = call.python(\.checkpointEvery)
    if folder != nil {
      notes.append("# Checkpoints are in a folder here; gnb has one file. Ctrl-C writes no checkpoint here.")
    }
    if stopsEarly {
      let look = call.python(\.evalEvery)
      if folder != nil, every != look {
        notes.append(
          "# checkpoint_every=\(every) is ignored: every measured adapter is saved, so that the best can be restored."
        )
      }
      every = look
    }
    return (["save_steps=\(every), save_total_limit=1,"], notes)
  }
}

extension PythonPiece {
  static let training = PythonPiece(
    "training", needs: [.runtime, .prompt],
    """
    from transformers import DataCollatorForSeq2Seq

    try:
        from datasets import Dataset
        from trl import SFTConfig, SFTTrainer
        sft_only = {"max_length": max_seq_length, "packing": False}
        as_dataset = Dataset.from_list
    except ImportError:  # transformers' own trainer does the same here: the examples are tokens already
        from transformers import Trainer as SFTTrainer, TrainingArguments as SFTConfig
        sft_only, as_dataset = {}, list

    has_bf16 = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    half = {"bf16": has_bf16, "fp16": torch.cuda.is_available() and not has_bf16}
    losses, trained_steps = [], 0


    def example(article, answer_only):
        \"""Tokens, and which of them are to be predicted: those labelled -100 are not.\"""
        start, labels = tokens(article)
        target = answer_ids(last_answer(article))
        return {
            "input_ids": start + target, "attention_mask": [1] * len(start + target),
            "labels": (labels if answer_only else start) + target}


    def examples(answer_only):
        return as_dataset([example(article, answer_only) for article in train])


    def run(trainer, resume=None):
        global trained_steps
        if FastLanguageModel:
            FastLanguageModel.for_training(model)
        trainer.train(resume_from_checkpoint=resume)
        losses.extend(entry["loss"] for entry in trainer.state.log_history if "loss" in entry)
        trained_steps += trainer.state.global_step
    """)

  static let packing = PythonPiece(
    "packing", needs: [.training],
    """
    def for_packing(examples):
        \"""With a mask of what is to be predicted beside the labels: TRL packs the one, Unsloth the other.\"""
        if not sft_only:
            return examples
        return examples.map(lambda e: {"completion_mask": [int(label != -100) for label in e["labels"]]})
    """)
}
