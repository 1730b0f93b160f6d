import Gemma

/// pull.
enum PullCommand {
  struct PullArguments: Sendable {
    let name = Argument(required: "name", .pullName, "the model or data set to fetch")
    let from = Argument("from", .path, "use this file instead of a download, or find it in this folder")
  }

  static let pull = Command(
    "pull", .load, "fetch a model or data set into the cache",
    details:
      "Every download is checked, and a stopped download continues where it stopped. The licence is shown. "
      + "OWNER/MODEL is a model with safetensors on the Hugging Face hub. It is stored in the cache of the hub's own "
      + "tools. Some models need an accepted licence: accept it on the model's page, and set HF_TOKEN to your "
      + "token. HF_ENDPOINT, HF_HOME and HF_HUB_CACHE have their usual meaning.",
    arguments: PullArguments(),
    examples: [
      "pull gemma-3-270m", "pull google/gemma-2-2b", "pull livedoor",
      "pull livedoor from=ldcc-20140209.tar.gz", "pull gemma-3-270m from=/media/stick",
    ]
  ) { arguments, invocation in
    let name = arguments.name
    let from = arguments.from
    if let item = Catalogue.items.first(where: { $0.name == name }) {
      try pull(item, from: from, invocation)
    } else if from == nil {
      try pull(hub: name, invocation)
    } else {
      throw GemmaError.invalidValue(
        name: "from",
        expected: "one of the names \(Catalogue.items.map(\.name).joined(separator: ", ")) beside it",
        found: name)
    }
  }

  private static func pull(_ item: Catalogue.Item, from: String?, _ invocation: Invocation) throws {
    invocation.print("\(item.name) is under \(item.licence): \(item.licenceAddress)")
    // Only a file that can be read as a data set goes into the cache.
    if let from, !item.isModel, case .file(let path) = try PullSource.find(item, at: from) {
      _ = try Dataset.load(path: path)
    }
    let outcome = try Pull(item, cache: invocation.session.cache).run(
      from: from, progress: fetching(invocation))
    invocation.tell(
      Pulled(
        name: item.name, note: ", sha256 \(outcome.sha256.prefix(16))…", path: outcome.path,
        bytes: outcome.bytes,
        wasThere: outcome.wasThere, more: [("sha256", .string(outcome.sha256))]))
  }

  private static func pull(hub name: String, _ invocation: Invocation) throws {
    let hub = try HubPull(name, cache: invocation.session.cache)
    let listing = try hub.listing(progress: fetching(invocation))
    invocation.print("\(name) is under \(listing.licence): \(listing.licenceAddress)")
    let outcome = try hub.run(listing, progress: fetching(invocation, of: listing.bytes))
    invocation.tell(
      Pulled(
        name: name,
        note: " in \(NumberFormat.count(outcome.files, "file")), commit \(listing.commit.prefix(12))",
        path: outcome.path,
        bytes: outcome.bytes, wasThere: outcome.wasThere,
        more: [("files", .int(outcome.files)), ("commit", .string(listing.commit))]))
  }

  /// A callback that shows the progress whenever its text changes, and returns false when interrupted.
  private static func fetching(_ invocation: Invocation, of total: Int? = nil) -> (String, Int) -> Bool {
    var last = ""
    let whole = total.map { " of \(NumberFormat.bytes($0))" } ?? ""
    return { what, bytes in
      let text = bytes > 0 ? "\(what) \(NumberFormat.bytes(bytes))\(whole)" : what
      if text != last {
        last = text
        invocation.emit(.progress(ProgressReport(done: bytes, total: 0, unit: "byte", note: [Span(text)])))
      }
      return !invocation.isInterrupted
    }
  }
}

/// The result of `pull`: the fetched file, or the one found in the cache.
struct Pulled: CommandResult {
  let name: String
  /// Text after the size.
  let note: String
  let path: String
  let bytes: Int
  let wasThere: Bool
  /// Further JSON fields, of a catalogue item or of a hub model.
  let more: [(name: String, value: JSONValue)]

  var outputs: [Output] {
    [
      .line(
        Span("\(wasThere ? "already in the cache" : "fetched"), \(NumberFormat.bytes(bytes))\(note), in "),
        Span(path, volatile: .path))
    ]
  }

  var fields: [(name: String, value: JSONValue)] { [("name", .string(name)), ("bytes", .int(bytes))] + more }
  var volatile: [(name: String, value: JSONValue)] {
    [("path", .string(path)), ("was_there", .bool(wasThere))]
  }
}
