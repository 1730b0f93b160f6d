/// The token sequences of all categories as a trie. A constrained answer follows a path in it.
struct LabelTrie: Sendable {
  struct Node: Sendable {
    /// Number of tokens from the root to this node.
    var path: [Int32]
    /// The tokens that may follow, ascending, each with the node it leads to.
    var children: [(token: Int32, node: Int)] = []
    /// The label that ends here.
    var label: Int?
  }

  private(set) var nodes: [Node] = [Node(path: [])]

  /// - Parameter labels: each label's tokens, with the end token. So no label is the beginning of another.
  init(_ labels: [[Int32]]) {
    for (index, tokens) in labels.enumerated() {
      var at = 0
      for token in tokens {
        if let child = nodes[at].children.first(where: { $0.token == token }) {
          at = child.node
        } else {
          nodes.append(Node(path: nodes[at].path + [token]))
          nodes[at].children.append((token, nodes.count - 1))
          nodes[at].children.sort { $0.token < $1.token }
          at = nodes.count - 1
        }
      }
      nodes[at].label = index
    }
  }

  /// The nodes with more than one child, beginning with the root.
  var choices: [Int] { nodes.indices.filter { nodes[$0].children.count > 1 } }

  /// The probability of each label: the product of the probabilities on its path, each normalised over the allowed
  /// tokens.
  ///
  /// - Parameter probabilities: for each choice, the probabilities of its children in order.
  func labelProbabilities(count: Int, _ probabilities: (_ node: Int) -> [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    func walk(_ node: Int, _ p: Double) {
      if let label = nodes[node].label { result[label] = p }
      let children = nodes[node].children
      let shares = children.count > 1 ? probabilities(node) : children.map { _ in 1 }
      for (child, share) in zip(children, shares) { walk(child.node, p * share) }
    }
    walk(0, 1)
    return result
  }
}
