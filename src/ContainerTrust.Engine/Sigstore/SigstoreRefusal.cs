namespace ContainerTrust.Engine.Sigstore;

/// <summary>Ends the judging of one signature; never leaves <see cref="SigstoreTrust"/>.</summary>
internal sealed class SigstoreRefusal(SigstoreProblem problem, string reason) : Exception(reason)
{
    public SigstoreProblem Problem { get; } = problem;
}
