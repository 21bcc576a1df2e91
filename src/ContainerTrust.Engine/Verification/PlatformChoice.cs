using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// Which manifests of a multi-arch image are judged. Of an image that is not multi-arch it is the one that it has, whatever was chosen.
/// </summary>
public sealed record PlatformChoice
{
    private const string AllWord = "all";
    private const string ListWord = "list";

    private PlatformChoice(string name, ImagePlatform? platform) => (Name, Platform) = (name, platform);

    /// <summary>The instance that <c>podman pull</c> takes on the judged host.</summary>
    public static PlatformChoice Host { get; } = new("host", null);

    /// <summary>Every instance, and then the list, as <c>skopeo copy --all</c> takes them.</summary>
    public static PlatformChoice All { get; } = new(AllWord, null);

    /// <summary>The list alone, by signatures of its own. <c>podman pull</c> does not ask about that.</summary>
    public static PlatformChoice List { get; } = new(ListWord, null);

    /// <summary>How it is called.</summary>
    public string Name { get; }

    /// <summary>The platform that was named. Null for the others.</summary>
    public ImagePlatform? Platform { get; }

    /// <summary>The instance for a platform.</summary>
    /// <param name="platform">The platform; null for that of the judged host.</param>
    /// <returns>The choice.</returns>
    public static PlatformChoice Of(ImagePlatform? platform) => platform is null ? Host : new PlatformChoice(platform.ToString(), platform);

    /// <summary>Reads a choice as users write it.</summary>
    /// <param name="text"><c>os/architecture[/variant]</c>, <c>all</c> or <c>list</c>.</param>
    /// <returns>The choice.</returns>
    /// <exception cref="TrustException"><c>InvalidPlatform</c>: it is none of these.</exception>
    public static PlatformChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToLowerInvariant() switch
        {
            AllWord => All,
            ListWord => List,
            _ => Of(ImagePlatform.Parse(text)),
        };
    }

    /// <summary>The one platform that a choice names, for what has an instance to choose and no list to judge.</summary>
    /// <returns>The platform; null if none was named.</returns>
    /// <exception cref="TrustException"><c>InvalidPlatform</c>: it is <c>all</c> or <c>list</c>.</exception>
    public ImagePlatform? RequireOne() => this == All || this == List
        ? throw new TrustException(
            "InvalidPlatform",
            TrustErrorKind.InvalidArgument,
            $"With a release, {TrustOption.Platform} names the instance whose contents count. Specify it, such as linux/amd64.")
        {
            Target = Name,
        }
        : Platform;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
