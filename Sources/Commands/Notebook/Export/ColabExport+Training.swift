import Gemma

/// The adapter and its training, in Python.
extension ColabExport {
  mutating func lora(_ call: ColabCall) -> [String] {
    need(.runtime)
    let drop = dropAdapter()
    hasAdapter = true
    let targets =
      call.arguments.has("targets")
      ? call.python("targets") : Python.list(Projection.allCases.map(\.rawValue))
    let seed = call.seed(session)
    let more = loraOptions(call)
    return drop + more.notes + [
      "lora = dict(", "    r=\(call.python("rank")), lora_alpha=\(call.python("alpha")),",
      "    target_modules=\(targets),",
    ] + more.options.map { "    \($0)," } + [
      "    use_rslora=\(call.python("rslora")), lora_dropout=\(call.python("dropout")), bias=\"none\")",
      "if FastLanguageModel:", "    model = FastLanguageModel.get_peft_model(",
      "        model, **lora, random_state=\(seed), use_gradient_checkpointing=\"unsloth\")", "else:",
      "    from peft import LoraConfig, get_peft_model", "    torch.manual_seed(\(seed))",
      "    model = get_peft_model(model, LoraConfig(**lora, task_type=\"CAUSAL_LM\"))",
      "model.print_trainable_parameters()",
    ]
  }

  /// Arguments of LoraConfig that are only written where they are not the default.
  private func loraOptions(_ call: ColabCall) -> (options: [String], notes: [String]) {
    var (options, notes): ([String], [String]) = ([], [])
    if call.isChanged("dora") { options.append("use_dora=\(call.python("dora"))") }
    if call.isVariable("layers") {
      options.append("layers_to_transform=[int(layer) for layer in \(call.python("layers"))]")
    } else if call.arguments.has("layers") {
      if let layers = try? PrepareCommands.layers(call.arguments.strings("layers")) {
        options.append("layers_to_transform=[\(layers.map(String.init).joined(separator: ", "))]")
      } else {
        notes.append("# layers is no list of numbers: all layers are taken.")
      }
    }
    for (name, type) in [("rank_pattern", "int"), ("alpha_pattern", "float")] {
      guard call.arguments.has(name) else { continue }
      if call.isVariable(name) {
        options.append(
          "\(name)={key.strip(): \(type)(value) for key, value in "
            + "(text.rsplit(\":\", 1) for text in \(call.python(name)))}")
      } else if let patterns = try? PrepareCommands.patterns(name, call.arguments.strings(name)) {
        var seen: Set<String> = []
        // Both gnb and PEFT take the first that fits.
        let items = patterns.filter { seen.insert($0.expression).inserted }.map {
          "\(Python.literal($0.expression)): \(Python.literal(Value.number($0.value)))"
        }
        options.append("\(name)={\(items.joined(separator: ", "))}")
      } else {
        notes.append("# \(name) could not be read, and is left out.")
      }
    }
    return (options, notes)
  }

  mutating func train(_ call: ColabCall) -> [String] {
    need(.training)
    guard call.arguments.has("resume") else {
      if call.arguments.has("checkpoint") {
        checkpointed[call.arguments.string("checkpoint")] = isInLoop ? call : call.withoutVariables
      }
      let folder = call.arguments.has("checkpoint") ? call.python("checkpoint") : nil
      return promptIfMissing() + trainer(call, folder: folder) + ["run(trainer)"]
    }
    let folder = call.python("resume")
    var lines = promptIfMissing()
    lines.append(
      "# Goes on from the checkpoint that Python wrote to this folder: gnb's own files are gnb's alone.")
    let known = checkpointed[call.arguments.string("resume")]
    if known == nil {
      lines.append(
        "# How that training began is not in this notebook: these are the defaults, to be made what they were."
      )
    }
    if !hasAdapter {
      hasAdapter = true
      lines += [
        "from peft import PeftModel", "from transformers.trainer_utils import get_last_checkpoint",
        "model = PeftModel.from_pretrained(model, get_last_checkpoint(\(folder)), is_trainable=True)",
      ]
    }
    return lines + trainer(known ?? call, folder: folder) + [
      "losses, trained_steps = [], 0  # the checkpoint has those before it", "run(trainer, resume=True)",
    ]
  }

  /// Lines that make the trainer. With a folder it writes checkpoints.
  private mutating func trainer(_ call: ColabCall, folder: String?) -> [String] {
    let arguments = call.arguments
    let (batch, accumulate) = (call.python("batch"), call.python("accumulate"))
    let length =
      arguments.has("epochs")
      ? "num_train_epochs=\(call.python("epochs"))"
      : "max_steps=\(arguments.has("steps") ? call.python("steps") : "60")"
    let order = order(call)
    var schedule = call.python("schedule")
    if arguments.string("schedule") == "constant" { schedule = Python.literal("constant_with_warmup") }
    let answerOnly = arguments.string("loss_on") == "all" ? "False" : "True"
    let packing = packing(call, answerOnly: answerOnly)
    let looks = looks(call, isPacked: packing != nil)
    let saving = saving(call, folder: folder)
    var lines = saving.notes
    if call.isChanged("spike"), call.isVariable("spike") || arguments.double("spike") > 0 {
      lines.append(
        "# spike=\(call.python("spike")) has no counterpart here: a loss that jumps stops nothing.")
    }
    lines += (packing?.notes ?? []) + looks.before
    lines += order.before
    lines += [
      "trainer = \(order.trainer)(",
      "    model=model, processing_class=tokenizer, "
        + "data_collator=\(packing == nil ? "" : "None if sft_only else ")DataCollatorForSeq2Seq(tokenizer),",
      "    # The loss is on \(arguments.string("loss_on") == "all" ? "prompt and answer" : "the answer only").",
    ]
    let examples = "examples(answer_only=\(answerOnly))"
    lines.append("    train_dataset=\(packing == nil ? examples : "for_packing(\(examples))"),")
    lines += looks.trainer.map { "    " + $0 }
    lines += [
      "    args=SFTConfig(",
      "        per_device_train_batch_size=\(batch), gradient_accumulation_steps=\(accumulate),",
      "        \(length), warmup_steps=\(call.python("warmup")), learning_rate=\(call.python("lr")),",
      "        lr_scheduler_type=\(schedule), weight_decay=\(call.python("weight_decay")),",
      "        max_grad_norm=\(call.python("clip")), optim=\(optimizer(call)), seed=\(call.seed(session)),",
      "        logging_steps=1, save_strategy=\"\(saving.options.isEmpty ? "no" : "steps")\", report_to=\"none\", "
        + "output_dir=\(folder ?? Python.literal("outputs")),",
    ]
    if call.isVariable("neftune") {
      lines.append("        neftune_noise_alpha=\(call.python("neftune")) or None,")
    } else if call.isChanged("neftune") {
      lines.append("        neftune_noise_alpha=\(call.python("neftune")),")
    }
    lines += (looks.options + saving.options).map { "        " + $0 }
    return lines + ["        **half, \(packing?.options ?? "**sft_only")))"]
  }

  /// The trainer that takes the articles as gnb does. With epochs that is Trainer's own way: the last step of an epoch is short. With
  /// steps one pass follows the other, and every step has the same number of articles; Trainer sees one long epoch.
  private func order(_ call: ColabCall) -> (trainer: String, before: [String]) {
    let shuffles = call.arguments.bool("shuffle")
    let data = "self.train_dataset"
    if call.arguments.has("epochs") {
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
        "class EqualSteps(SFTTrainer):  # a step at the end of a pass is filled up from the next pass",
        "    def _get_train_sampler(self, *_):", "        a = self.args",
        "        count = a.max_steps * a.per_device_train_batch_size * a.gradient_accumulation_steps",
        "        return \(sampler)", "", "",
      ]
    )
  }

  private func optimizer(_ call: ColabCall) -> String {
    if call.isVariable("optimizer") {
      return "{\"adamw\": \"adamw_torch\"}.get(\(call.python("optimizer")), \(call.python("optimizer")))"
    }
    let name = call.arguments.string("optimizer")
    return Python.literal(name == "adamw" ? "adamw_torch" : name)
  }

  /// What packing needs, if there is any.
  private mutating func packing(_ call: ColabCall, answerOnly: String) -> (options: String, notes: [String])?
  {
    guard call.isChanged("packing") else { return nil }
    need(.packing)
    let length = call.python("packing")
    let isVariable = call.isVariable("packing")
    var notes = [
      "# TRL cuts an article that is longer than max_length, where gnb leaves it whole. Without FlashAttention the articles of",
      "# a sequence see one another, which they do not in gnb. Without TRL nothing is packed.",
    ]
    if !call.arguments.bool("shuffle") { notes.append("# The packed sequences are in TRL's order.") }
    return (
      "**(dict(packing=\(isVariable ? "\(length) > 0" : "True"), "
        + "max_length=\(length)\(isVariable ? " or max_seq_length" : ""), completion_only_loss=\(answerOnly)) "
        + "if sft_only else {})", notes
    )
  }

  /// Looks at the validation articles, and stopping early.
  private func looks(_ call: ColabCall, isPacked: Bool) -> (
    before: [String], trainer: [String], options: [String]
  ) {
    guard call.arguments.has("eval_every") else {
      return (
        call.arguments.has("patience") ? ["# patience is nothing without eval_every, and is left out."] : [],
        [], []
      )
    }
    var before = ["# A look at the validation articles is their loss here; gnb tells their accuracy too."]
    let examples =
      "as_dataset([example(article, True) for article in validation[:\(call.python("eval_limit"))]])"
    var trainer = ["eval_dataset=\(isPacked ? "for_packing(\(examples))" : examples),"]
    var options = [
      "eval_strategy=\"steps\", eval_steps=\(call.python("eval_every")), "
        + "per_device_eval_batch_size=\(call.python("batch")),"
    ]
    if isPacked { options[0] += " **({\"eval_packing\": False} if sft_only else {})," }
    if call.arguments.has("patience") {
      before += ["from transformers import EarlyStoppingCallback", ""]
      trainer.append(
        "callbacks=[EarlyStoppingCallback(early_stopping_patience=\(call.python("patience")))],")
      options.append(
        "load_best_model_at_end=True, metric_for_best_model=\"eval_loss\", greater_is_better=False,")
    }
    return (before, trainer, options)
  }

  /// Checkpoints, and what going back to the best look needs of them.
  private func saving(_ call: ColabCall, folder: String?) -> (options: [String], notes: [String]) {
    var notes: [String] = []
    let stopsEarly = call.arguments.has("patience") && call.arguments.has("eval_every")
    guard folder != nil || stopsEarly else { return ([], []) }
    var every = call.python("checkpoint_every")
    if folder != nil {
      notes.append("# A folder of checkpoints, where gnb has a file; Ctrl-C writes none here.")
    }
    if stopsEarly {
      let look = call.python("eval_every")
      if folder != nil, every != look {
        notes.append(
          "# checkpoint_every=\(every) gives way to the looks: the best can only be one that was saved.")
      }
      every = look
    }
    return (["save_steps=\(every), save_total_limit=1,"], notes)
  }
}
