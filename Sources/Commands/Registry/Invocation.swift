import Gemma

/// One running command. The command shows its results and progress through it.
public final class Invocation {
  public let session: Session
  /// The table of all commands.
  public let table: CommandTable
  public let context: RunContext
  public let cell: String
  public let command: String
  /// The tables that the command has shown.
  private var tables: [Table] = []

  init(session: Session, table: CommandTable, context: RunContext, cell: String, command: String) {
    self.session = session
    self.table = table
    self.context = context
    self.cell = cell
    self.command = command
  }

  func emit(_ kind: Event.Kind) { context.sink(Event(kind, cell: cell, command: command)) }

  /// Shows a line of text.
  public func print(_ spans: Span...) { emit(.output(.line(spans))) }
  public func print(_ text: String) { emit(.output(.line(text))) }
  public func show(_ output: Output) {
    guard case .table(let table) = output else { return emit(.output(output)) }
    tables.append(table)
    session.listed = nil
    session.workspace.lastTables = tables
    emit(.output(.table(context.rowLimit.map(table.limited) ?? table)))
  }

  /// Shows a result, to people and to programs.
  public func tell(_ result: some CommandResult) {
    result.outputs.forEach(show)
    emit(.result(fields: result.fields, volatile: result.volatile))
  }

  /// - Throws: `interrupted` when the user asked to stop.
  public func progress(_ progress: ProgressReport) throws {
    emit(.progress(progress))
    try checkInterruption()
  }

  /// Whether the user or the cell's timeout asks to stop. Long work checks this between its steps.
  public var isInterrupted: Bool { context.isInterrupted }

  /// - Throws: `interrupted` when the user or the cell's timeout asks to stop.
  public func checkInterruption() throws {
    if isInterrupted { throw GemmaError.interrupted }
  }
}
