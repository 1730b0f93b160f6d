import Foundation
import Synchronization

/// A fixed team of threads that runs numbered tasks. Tasks write to disjoint outputs, so no result depends on which
/// thread runs a task.
///
/// A run waits for the tasks that were taken, never for a thread that took none. So a thread that the system does not
/// run at the moment, because other programs use the cores, delays a run only if it is in the middle of a task.
///
/// After a run, a worker waits in a loop for some microseconds, because the next product often comes soon. Then it
/// sleeps.
public final class WorkerPool: Sendable {
  /// Number of threads, the calling thread included.
  public let threads: Int
  private let team: Team

  public init(threads: Int) {
    self.threads = max(1, threads)
    team = Team()
    // The threads keep a reference to the team, not to the pool, because a thread may start late.
    for _ in 1..<max(2, self.threads) where self.threads > 1 {
      let thread = Thread { [team] in team.work() }
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Runs body(0), ..., body(count - 1), each once, on any thread; returns when all are done.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    if threads == 1 || count <= 1 {
      for task in 0..<count { body(task) }
      return
    }
    var first = 0
    while first < count {
      let size = min(count - first, Ticket.most)
      if first == 0, size == count {
        team.run(size, body)
      } else {
        let start = first
        team.run(size) { body(start + $0) }
      }
      first += size
    }
  }

  /// body(0), ..., body(count - 1), in order, each computed once on any thread.
  func map<Result: Sendable>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let places = buffer.baseAddress
      run(count) { i in
        if let places { (places + i).initialize(to: body(i)) }
      }
      initialized = count
    }
  }

  deinit { team.stop() }
}

/// One word that holds a run's number, its number of tasks, and the next task. Taking a task is one addition to the word,
/// so the number of a task can never be taken for a task of another run.
private struct Ticket {
  static let bits: UInt64 = 20
  static let mask: UInt64 = 1 << bits - 1
  /// The largest number of tasks in a run. Each thread may count a few beyond the last task.
  static let most = 1 << 20 - 4096

  var word: UInt64

  init(word: UInt64) { self.word = word }
  init(run: UInt64, count: Int) { word = run << (2 * Self.bits) | UInt64(count) << Self.bits }

  var run: UInt64 { word >> (2 * Self.bits) }
  var count: UInt64 { word >> Self.bits & Self.mask }
  var next: UInt64 { word & Self.mask }
  var hasTask: Bool { next < count }
}

private final class Team: @unchecked Sendable {
  private let ticket = Atomic<UInt64>(0)
  private let tasksDone = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  /// The tasks of the run. Written before the ticket is released; whoever holds a task of the run may read it.
  private var body: ((Int) -> Void)?
  private let condition = NSCondition()
  /// Numbers of threads that sleep: workers that wait for a run, and the caller that waits for the last tasks.
  private var sleepers = 0
  private let isCallerAsleep = Atomic<Bool>(false)
  /// Turns of a waiting loop before a thread sleeps.
  private static let workerSpins = 20_000
  private static let callerSpins = 4_000

  func run(_ count: Int, _ body: (Int) -> Void) {
    precondition(self.body == nil, "a task must not start a run of its own team")
    withoutActuallyEscaping(body) { escaping in
      self.body = escaping
      tasksDone.store(0, ordering: .relaxed)
      let run = Ticket(word: ticket.load(ordering: .relaxed)).run &+ 1
      ticket.store(Ticket(run: run & 0xFF_FFFF, count: count).word, ordering: .sequentiallyConsistent)
      condition.lock()
      if sleepers > 0 { condition.broadcast() }
      condition.unlock()
      drain()
      wait(count)
      self.body = nil
    }
  }

  /// Waits until all tasks are done. A thread with the last task may not be running at the moment: then the caller leaves its
  /// core to it.
  private func wait(_ count: Int) {
    var turns = 0
    while tasksDone.load(ordering: .acquiring) < count {
      Packing.pause()
      turns += 1
      guard turns > Self.callerSpins else { continue }
      condition.lock()
      // An exchange, because qemu lets the next load pass a store: then neither side sees the other, and the caller sleeps on.
      _ = isCallerAsleep.exchange(true, ordering: .sequentiallyConsistent)
      while tasksDone.load(ordering: .sequentiallyConsistent) < count { condition.wait() }
      isCallerAsleep.store(false, ordering: .relaxed)
      condition.unlock()
    }
  }

  /// Runs one task. Not inlined: the reference to `body` must end before the task counts as done.
  @inline(never) private func perform(_ task: Int) { body?(task) }

  /// Takes and runs tasks while there are any.
  private func drain() {
    while Ticket(word: ticket.load(ordering: .acquiring)).hasTask {
      let taken = Ticket(word: ticket.add(1, ordering: .acquiringAndReleasing).oldValue)
      guard taken.hasTask else { continue }
      perform(Int(taken.next))
      let done = tasksDone.add(1, ordering: .sequentiallyConsistent).newValue
      if done >= taken.count, isCallerAsleep.load(ordering: .sequentiallyConsistent) {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
    }
  }

  func work() {
    while true {
      var turns = 0
      while !hasWork, turns < Self.workerSpins {
        Packing.pause()
        turns += 1
      }
      if !hasWork {
        condition.lock()
        sleepers += 1
        while !hasWork { condition.wait() }
        sleepers -= 1
        condition.unlock()
      }
      if stopping.load(ordering: .acquiring) { return }
      drain()
    }
  }

  private var hasWork: Bool {
    Ticket(word: ticket.load(ordering: .sequentiallyConsistent)).hasTask
      || stopping.load(ordering: .sequentiallyConsistent)
  }

  /// Set to end the threads.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }
}
