using System.Text;

namespace ContainerTrust.Fuzz;

/// <summary>Inputs to begin with, and what they are judged by.</summary>
internal sealed class FuzzMaterial
{
    private readonly List<byte[]> _seeds = [];

    /// <summary>The inputs.</summary>
    public IReadOnlyList<byte[]> Seeds => _seeds;

    /// <summary>Keys and other files that are believed, by name.</summary>
    public Dictionary<string, byte[]> Trust { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds an input.</summary>
    /// <param name="seed">The input.</param>
    /// <returns>This.</returns>
    public FuzzMaterial Add(byte[] seed)
    {
        _seeds.Add(seed);
        return this;
    }

    /// <summary>Adds a text as an input.</summary>
    /// <param name="seed">The text, written in UTF-8.</param>
    /// <returns>This.</returns>
    public FuzzMaterial Add(string seed) => Add(Encoding.UTF8.GetBytes(seed));

    /// <summary>Adds inputs.</summary>
    /// <param name="seeds">Them.</param>
    /// <returns>This.</returns>
    public FuzzMaterial Add(IEnumerable<byte[]> seeds)
    {
        _seeds.AddRange(seeds);
        return this;
    }
}
