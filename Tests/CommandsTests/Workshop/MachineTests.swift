import Commands
import Testing

@Suite struct MachineTests {
  @Test func aCPUIsNamedOnEveryMachine() {
    let x86 = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC 9B14: 2\ncpu MHz\t: 2600"
    #expect(Machine.cpu(inProc: x86) == "AMD EPYC 9B14: 2")
    let core =
      "processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0b\n"
    #expect(Machine.cpu(inProc: core + core) == "AArch64, maker 0x41, part 0xd0b")
    #expect(
      Machine.cpu(inProc: core + "\nRevision\t: d04170\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n")
        == "Raspberry Pi 5 Model B Rev 1.0")
    #expect(Machine.cpu(inProc: "") == "unknown")
  }
}
