namespace ContainerTrust.Fuzz;

/// <summary>An input did what no input may do. To the fuzzer this is a crash.</summary>
/// <param name="message">What it did.</param>
internal sealed class FuzzFinding(string message) : Exception(message)
{
    /// <summary>Throws if something is not true.</summary>
    /// <param name="condition">What must be true.</param>
    /// <param name="message">What is wrong if it is not.</param>
    public static void Unless(bool condition, string message)
    {
        if (!condition)
            throw new FuzzFinding(message);
    }
}
