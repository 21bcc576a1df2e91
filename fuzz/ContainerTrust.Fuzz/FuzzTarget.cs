namespace ContainerTrust.Fuzz;

/// <summary>One kind of hostile input, handed to the code that reads it in production.</summary>
internal abstract class FuzzTarget
{
    /// <summary>The name that <c>fuzz/run.sh</c> takes.</summary>
    public abstract string Name { get; }

    /// <summary>The largest input that the fuzzer makes, in bytes; never more than production reads.</summary>
    public virtual int MaxLength => 64 << 10;

    /// <summary>Words of the format that the fuzzer puts in.</summary>
    public abstract IEnumerable<byte[]> Words { get; }

    /// <summary>Makes inputs that are right, or nearly, and what is believed when they are judged: new keys each time.</summary>
    /// <returns>Both.</returns>
    public abstract FuzzMaterial Make();

    /// <summary>Takes what is believed: what <see cref="Make"/> gave, in this process or an earlier one.</summary>
    /// <param name="trust">Files by name.</param>
    public virtual void Load(IReadOnlyDictionary<string, byte[]> trust)
    {
    }

    /// <summary>Reads an input and holds the result to what must be true of any.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="TrustException">The input is refused, which is how most must end.</exception>
    /// <exception cref="FuzzFinding">Something is not true that must be.</exception>
    public abstract void Run(byte[] input);

    /// <summary>Words in UTF-8.</summary>
    protected static IEnumerable<byte[]> Text(params string[] words) => words.Select(System.Text.Encoding.UTF8.GetBytes);
}
