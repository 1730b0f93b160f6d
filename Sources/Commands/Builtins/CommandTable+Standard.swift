extension CommandTable {
  /// gnb's own commands.
  public static let standard = CommandTable(groups.flatMap { $0 })

  private static let groups: [[Command]] = [
    LoadCommands.all, SaveCommands.all, PrepareCommands.all, TrainCommands.all, [EvaluateCommand.evaluate],
    ReportCommands.all, [CompareCommand.compare, BaselineCommand.baseline], AskCommands.all,
    [PredictCommand.predict], ShowCommands.all, NextTokenCommands.all, [RoundingCommand.rounding],
    StepCommands.all, SessionCommands.all,
  ]
}
