import Gemma

/// set, help.
enum SessionCommands {
  static let all: [Command] = [set, help]

  struct SetArguments: Sendable {
    let seed = Argument("seed", .seed, "seed of all commands that use random numbers")
    let width = Argument(
      "width", .integer(40...400),
      "columns for tables and charts on the screen; a recording uses the notebook's width")
    let threads = Argument("threads", .integer(1...256), "number of threads to compute with")
    let kernels = Argument(
      "kernels", .kernelSet, "the version of the inner loops to compute with, by instruction set")
    let device = Argument(
      "device", .choice(DeviceChoice.self),
      "where to compute: cpu, cuda (a GPU of NVIDIA), or auto, which takes a GPU that can be used")
  }

  static let set = Command(
    "set", .session, "change a setting",
    details: "Threads, kernels and the device change the speed, never a result.",
    arguments: SetArguments(), examples: ["set seed=1", "set width=60 threads=1"]
  ) { arguments, invocation in
    try apply(arguments, to: &invocation.session.settings)
  } python: { call, script in
    // Python uses only the seed. It is written at the calls that need it.
    if let seed = call.seed { script.seed = seed }
    return []
  }

  static func apply(_ arguments: Arguments<SetArguments>, to settings: inout Settings) throws {
    if let name = arguments.kernels {
      guard Kernels.named(name) != nil else {
        throw GemmaError.invalidValue(
          name: "kernels",
          expected:
            "a kernel set that this CPU can run (\(Kernels.available.map(\.name).joined(separator: ", ")))",
          found: name)
      }
      settings.kernels = name
    }
    if let device = arguments.device { settings.device = device }
    if let seed = arguments.seed { settings.seed = seed }
    if let width = arguments.width { settings.width = width }
    if let threads = arguments.threads { settings.threads = threads }
  }

  struct HelpArguments: Sendable {
    let topic = Argument(
      "topic", .topic, positional: true, "a command, a word of the field, or an error code")
  }

  static let help = Command(
    "help", .session, "list all commands, or explain one",
    arguments: HelpArguments(),
    examples: ["help", "help train", "help perplexity", "help G012"]
  ) { arguments, invocation in
    let help = Help(invocation.table)
    let page = try arguments.topic.map(help.topic) ?? Page(help.overview)
    invocation.show(.page(page))
  }
}
