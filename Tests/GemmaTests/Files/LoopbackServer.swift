import Foundation

/// A small HTTP/1.1 server on 127.0.0.1, one connection after the other, for tests of fetching.
final class LoopbackServer: @unchecked Sendable {
  struct Request {
    var path: String
    /// By lower-case name.
    var headers: [String: String]
    /// How often this path was asked for before.
    var earlier: Int
  }

  struct Response {
    var status = 200
    var headers: [String: String] = [:]
    var body = Data()
    /// The connection is cut after so many bytes of the body.
    var cut: Int?

    static func refusal(_ status: Int, _ headers: [String: String] = [:]) -> Response {
      Response(status: status, headers: headers, body: Data("no".utf8))
    }

    /// A file, or the part of it that is asked for. If-Range is heeded.
    static func file(_ data: Data, for request: Request, headers: [String: String] = [:]) -> Response {
      let condition = request.headers["if-range"]
      guard let range = request.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-"),
        let start = Int(range.dropFirst(6).dropLast()),
        condition == nil || headers.values.contains(condition ?? "")
      else { return Response(headers: headers, body: data) }
      guard start < data.count else {
        return Response(status: 416, headers: ["Content-Range": "bytes */\(data.count)"])
      }
      let place = ["Content-Range": "bytes \(start)-\(data.count - 1)/\(data.count)"]
      return Response(
        status: 206, headers: headers.merging(place) { $1 }, body: Data(data.dropFirst(start)))
    }
  }

  let port: Int
  private let descriptor: Int32
  private let lock = NSLock()
  private var log: [Request] = []
  private var isStopped = false
  var address: String { "http://127.0.0.1:\(port)" }
  /// In the order they came.
  var requests: [Request] { lock.withLock { log } }
  func requests(_ part: String) -> [Request] { requests.filter { $0.path.contains(part) } }

  /// Answers until `stop`.
  init(_ answer: @escaping @Sendable (Request) -> Response) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isReady = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    port = Int(UInt16(bigEndian: place.sin_port))
    guard isReady else { throw POSIXError(.EADDRNOTAVAIL) }
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 {
          if lock.withLock({ isStopped }) { break }
          continue
        }
        serve(connection, answer)
        close(connection)
      }
      close(descriptor)
    }
  }

  /// Once only: the thread closes the descriptor, and its number may soon be another's.
  func stop() {
    let wasStopped = lock.withLock {
      defer { isStopped = true }
      return isStopped
    }
    if !wasStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  private func serve(_ connection: Int32, _ answer: (Request) -> Response) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      bytes += buffer.prefix(count)
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let pair = line.components(separatedBy: ": ")
      if pair.count > 1 { headers[pair[0].lowercased()] = pair.dropFirst().joined(separator: ": ") }
    }
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let request = lock.withLock {
      let request = Request(path: path, headers: headers, earlier: log.count { $0.path == path })
      log.append(request)
      return request
    }
    let response = answer(request)
    var head =
      "HTTP/1.1 \(response.status) Word\r\nConnection: close\r\nContent-Length: \(response.body.count)\r\n"
    for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
    send(Data((head + "\r\n").utf8) + response.body.prefix(response.cut ?? .max), to: connection)
  }

  private func send(_ data: Data, to connection: Int32) {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Foundation.send(
          connection, bytes.baseAddress.map { $0 + done }, bytes.count - done, flags)
        guard count > 0 else { return }
        done += count
      }
    }
  }
}
