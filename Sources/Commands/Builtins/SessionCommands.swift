import Gemma

/// set, help.
enum SessionCommands {
  static let all: [Command] = [set, help]

  static let set = Command(
    "set", .session, "change a setting",
    details: "Threads and kernels change how fast it goes, never a result.",
    arguments: [
      ArgumentSpec("seed", .integer(0...Int.max), "of everything that draws"),
      ArgumentSpec(
        "width", .integer(40...400), "columns of tables and charts; a recording has the notebook's own"),
      ArgumentSpec("threads", .integer(1...256), "threads that compute"),
      ArgumentSpec("kernels", .choice(Kernels.names), "the set of inner loops"),
    ], examples: ["set seed=1", "set width=60 threads=1"]
  ) { arguments, invocation in
    try invocation.session.settings.apply(arguments.values)
  }

  static let help = Command(
    "help", .session, "what there is, or how one command works",
    arguments: [ArgumentSpec("topic", .topic, positional: true, "a command or an error code")],
    examples: ["help", "help train", "help G012"]
  ) { arguments, invocation in
    let help = Help(invocation.table)
    let page = try arguments.optionalString("topic").map(help.topic) ?? Page(help.overview)
    invocation.show(.page(page))
  }
}
