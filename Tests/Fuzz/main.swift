import Foundation

exit(Fuzz.main(Array(CommandLine.arguments.dropFirst())))
