import Foundation
import Synchronization

/// A fixed team of threads that runs numbered tasks. Tasks write to disjoint outputs, so no result depends on which
/// thread runs a task.
///
/// After a run, a worker waits in a loop for some microseconds, because the next product often comes soon. Then it
/// sleeps.
public final class WorkerPool: Sendable {
  /// Number of threads, the calling thread included.
  public let threads: Int
  private let team: Team

  public init(threads: Int) {
    self.threads = max(1, threads)
    team = Team(threads: self.threads)
    // The threads keep a reference to the team, not to the pool, because a thread may start late.
    for _ in 1..<max(2, self.threads) where self.threads > 1 {
      let thread = Thread { [team] in team.work() }
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Runs body(0), ..., body(count - 1), each once, on any thread; returns when all are done.
  public func run(_ count: Int, _ body: (Int) -> Void) { team.run(count, body) }

  deinit { team.stop() }
}

private final class Team: @unchecked Sendable {
  let threads: Int
  private let generation = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  private let workersBusy = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  // Written by the caller before `generation` is released, read by workers after they acquire it.
  private var body: ((Int) -> Void)?
  private var taskCount = 0
  private let condition = NSCondition()
  private var sleepers = 0
  private static let spins = 20_000

  init(threads: Int) { self.threads = threads }

  func run(_ count: Int, _ body: (Int) -> Void) {
    if threads == 1 || count <= 1 {
      for task in 0..<count { body(task) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      self.body = escaping
      taskCount = count
      nextTask.store(0, ordering: .relaxed)
      workersBusy.store(threads - 1, ordering: .relaxed)
      generation.add(1, ordering: .releasing)
      condition.lock()
      if sleepers > 0 { condition.broadcast() }
      condition.unlock()
      drain(escaping, count)
      var turns = 0
      while workersBusy.load(ordering: .acquiring) > 0 {
        Packing.pause()
        turns += 1
        if turns % 1000 == 0 { sched_yield() }
      }
      self.body = nil
    }
  }

  private func drain(_ body: (Int) -> Void, _ count: Int) {
    while true {
      let task = nextTask.add(1, ordering: .relaxed).oldValue
      if task >= count { return }
      body(task)
    }
  }

  func work() {
    var seen = 0
    while true {
      var turns = 0
      while generation.load(ordering: .acquiring) == seen && turns < Self.spins {
        Packing.pause()
        turns += 1
      }
      if generation.load(ordering: .acquiring) == seen {
        condition.lock()
        sleepers += 1
        while generation.load(ordering: .acquiring) == seen { condition.wait() }
        sleepers -= 1
        condition.unlock()
      }
      seen += 1
      if stopping.load(ordering: .acquiring) { return }
      if let body { drain(body, taskCount) }
      workersBusy.subtract(1, ordering: .releasing)
    }
  }

  /// Set to end the threads.
  func stop() {
    stopping.store(true, ordering: .releasing)
    condition.lock()
    generation.add(1, ordering: .releasing)
    condition.broadcast()
    condition.unlock()
  }
}
