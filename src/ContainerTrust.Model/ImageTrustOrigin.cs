using System.Text.Json.Serialization;

namespace ContainerTrust;

/// <summary>
/// Where an entry was read: the host, and which of its files. Cmdlets that change piped entries do it there, unless they are told where.
/// </summary>
public sealed record ImageTrustOrigin
{
    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>
    /// How the host was reached over SSH, as <c>-HostName</c> takes it: <c>[user@]host[:port]</c>. Null for the machine that ran the
    /// command.
    /// </summary>
    public string? HostName { get; init; }

    /// <summary>The directory of <see cref="ComputerName"/> that is another host's root. Null for the host itself.</summary>
    public string? Root { get; init; }

    /// <summary>The policy.json that was named. Null for the one in force.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>The registries.d that was named. Null for the one in force.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>Whether the user's own files were asked for.</summary>
    public bool CurrentUser { get; init; }

    /// <summary>The version of podman that was named, whose rules say where files are. Null if it was found on the host.</summary>
    public string? PodmanVersion { get; init; }

    /// <summary>
    /// The connection's options. Only within the session that read the entry: from a file they could name a program to start.
    /// </summary>
    [JsonIgnore]
    internal object? Connection { get; init; }

    /// <summary>Whether this process read the entry. An object from elsewhere may come from another machine of the same name.</summary>
    [JsonIgnore]
    internal bool IsOfSession { get; init; }

    /// <summary>Whether another origin is the same place, however it was reached.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True if it is.</returns>
    public bool Equals(ImageTrustOrigin? other) =>
        other is not null && ComputerName == other.ComputerName && HostName == other.HostName && Root == other.Root
            && PolicyPath == other.PolicyPath && RegistriesDirectory == other.RegistriesDirectory && CurrentUser == other.CurrentUser
            && PodmanVersion == other.PodmanVersion;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ComputerName, HostName, Root, PolicyPath, RegistriesDirectory, CurrentUser);

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{HostName ?? ComputerName}{(Root is null ? "" : $" under {Root}")}{(PolicyPath is null ? "" : $", {PolicyPath}")}");
}
