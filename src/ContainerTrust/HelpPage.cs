namespace ContainerTrust.Commands;

/// <summary>Where the cmdlets' pages are read in a browser: what <c>Get-Help -Online</c> opens.</summary>
internal static class HelpPage
{
    /// <summary>The address that the file names of the pages, such as <c>Get-ImageTrust.md</c>, follow.</summary>
    public const string Directory = "https://github.com/containertrust/containertrust/blob/main/docs/help/";
}
