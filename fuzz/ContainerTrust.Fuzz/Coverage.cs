using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace ContainerTrust.Fuzz;

/// <summary>Where instrumented code counts the branches that it takes.</summary>
internal static unsafe class Coverage
{
    /// <summary>Gives it a place, which nobody looks at: without one it writes to nowhere. The fuzzer puts its own there when it
    /// begins.</summary>
    public static void Begin() => Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);

    // As afl has it.
    private const int Size = 1 << 16;
}
