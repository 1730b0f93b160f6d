import Gemma

/// Everything that a cell can change.
struct Snapshot {
  var settings: Settings
  var variables: [String: Value]
  var workspace: Workspace
}

extension Session {
  /// A copy that shares the frozen weights, so that it takes as much memory as the adapter.
  var snapshot: Snapshot { Snapshot(settings: settings, variables: variables, workspace: workspace) }

  func restore(_ snapshot: Snapshot) {
    (settings, variables, workspace) = (snapshot.settings, snapshot.variables, snapshot.workspace)
    listed = nil
  }
}
