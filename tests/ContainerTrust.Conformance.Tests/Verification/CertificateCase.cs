namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A certificate in key files, and messages by its keys.</summary>
/// <param name="Name">What is odd in it.</param>
/// <param name="Files">Key files, in order.</param>
/// <param name="Messages">Messages: by the primary key, and by its subkeys.</param>
internal sealed record CertificateCase(string Name, IReadOnlyList<byte[]> Files, IReadOnlyList<byte[]> Messages)
{
    /// <summary>The same for a report, so that it can be looked at again.</summary>
    public string Describe(int message) =>
        $"{Name}\n{string.Join('\n', Files.Select((f, i) => $"key file {i}: {Convert.ToBase64String(f)}"))}\nmessage {message}: " +
            $"{Convert.ToBase64String(Messages[message])}";
}
