import Foundation

exit(Gnb.main(Array(CommandLine.arguments.dropFirst())))
