import Foundation

/// Formats numbers for people, in the same way in every locale.
public enum NumberFormat {
  /// "0.8150"
  public static func fixed(_ value: Double, _ digits: Int = 4) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// "3.6e-05", "0.002", "12.5": short, with `digits` significant.
  public static func short(_ value: Double, _ digits: Int = 2) -> String {
    String(format: "%.\(digits)g", value)
  }

  /// "81.5%"
  public static func percent(_ value: Double, _ digits: Int = 1) -> String {
    fixed(100 * value, digits) + "%"
  }

  /// "1,234,567"
  public static func count(_ value: Int) -> String {
    var result = ""
    for (i, digit) in String(value.magnitude).reversed().enumerated() {
      if i > 0, i % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + String(result.reversed())
  }

  /// "1 row", "2,000 rows"
  public static func count(_ value: Int, _ noun: String) -> String {
    count(value) + " " + noun + (value == 1 ? "" : "s")
  }

  /// "253 MB", in powers of 1000.
  public static func bytes(_ value: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var amount = Double(value)
    var unit = 0
    while amount >= 999.5, unit < units.count - 1 {
      amount /= 1000
      unit += 1
    }
    return (unit > 0 && amount < 9.95 ? fixed(amount, 1) : fixed(amount, 0)) + " " + units[unit]
  }

  /// "850 ms", "12.3 s", "4 min 05 s", "1 h 02 min"
  public static func duration(_ seconds: Double) -> String {
    if seconds < 0.9995 { return fixed(seconds * 1000, 0) + " ms" }
    if seconds < 59.95 { return fixed(seconds, 1) + " s" }
    guard seconds < 1e9 else { return "more than 30 years" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
    return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
  }
}
