namespace ContainerTrust.Engine.Compliance;

/// <summary>Something that is looked at in one go, for one rule or several.</summary>
internal interface IComplianceCheck
{
    /// <summary>The rules that it can find something for.</summary>
    IReadOnlyList<string> Rules { get; }

    /// <summary>Looks.</summary>
    /// <param name="audit">The host, and where findings go.</param>
    /// <exception cref="TrustException">It could not be looked at: its rules are not checked.</exception>
    void Run(Audit audit);
}
