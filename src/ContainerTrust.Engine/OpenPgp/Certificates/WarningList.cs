using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>Warnings about key files, as many as somebody may read.</summary>
internal sealed class WarningList
{
    private const int MaxWarnings = 100;

    private readonly List<string> _sentences = [];
    private int _dropped;

    /// <summary>The first of them. Null if there is none.</summary>
    public string? First => _sentences.Count > 0 ? _sentences[0] : null;

    /// <summary>Adds a warning.</summary>
    /// <param name="sentence">A sentence.</param>
    public void Add(string sentence)
    {
        if (_sentences.Count < MaxWarnings)
            _sentences.Add(sentence);
        else
            _dropped++;
    }

    /// <summary>All of them, and how many are left out.</summary>
    /// <returns>Sentences.</returns>
    public IReadOnlyList<string> Take() => _dropped == 0
        ? [.. _sentences]
        : [.. _sentences, string.Create(CultureInfo.InvariantCulture, $"{_dropped} further warnings are left out.")];
}
