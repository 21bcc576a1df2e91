using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust;

/// <summary>The keys of requirements, and what there is to say of their files: once for a file that many scopes share.</summary>
/// <param name="keys">Where keys are read.</param>
/// <param name="messages">Where words for the user go.</param>
internal sealed class ToldKeys(KeyFiles keys, TrustMessages messages)
{
    private readonly HashSet<string> _warned = [];
    private readonly HashSet<string> _detailed = [];

    /// <summary>The keys that requirements name.</summary>
    /// <param name="requirements">The requirements.</param>
    /// <param name="expectsMissing">Whether files that do not exist are as they should be.</param>
    /// <returns>The keys; one that several files hold is there once.</returns>
    public IReadOnlyList<TrustKey> Of(IReadOnlyList<TrustRequirement> requirements, bool expectsMissing)
    {
        IReadOnlyList<KeyFiles.KeySource> sources = keys.Of(requirements);
        if (sources.Count == 0)
            return [];
        foreach (KeyFiles.KeySource source in sources)
        {
            if (source.Problem is { ErrorId: "KeyFileNotFound" } && expectsMissing)
                messages.Verbose($"{source.Name} does not exist, so its keys are not shown.");
            else if (source.Problem is not null)
                WarnOnce(source.Problem.Message);
            foreach (string warning in source.Warnings)
                WarnOnce(warning);
            foreach (string detail in source.Details)
                SayOnce(detail);
        }

        return sources.Count == 1 ? sources[0].Keys : [.. sources.SelectMany(static s => s.Keys).Distinct()];
    }

    /// <summary>Warns, if this was not said before.</summary>
    /// <param name="message">What is said.</param>
    public void WarnOnce(string message)
    {
        if (_warned.Add(message))
            messages.Warning(message);
    }

    /// <summary>Gives a detail, if it was not given before.</summary>
    /// <param name="detail">What is said.</param>
    public void SayOnce(string detail)
    {
        if (_detailed.Add(detail))
            messages.Verbose(detail);
    }
}
