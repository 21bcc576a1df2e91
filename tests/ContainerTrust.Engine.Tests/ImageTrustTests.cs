using ContainerTrust;

namespace ContainerTrust.Engine.Tests;

public sealed class ImageTrustTests
{
    [Fact]
    public void Any_reject_in_a_list_rejects() =>
        Assert.Equal(TrustType.Reject, ImageTrust.Summarize([new AcceptRequirement(), new RejectRequirement()]));

    [Fact]
    public void Two_kinds_are_mixed() =>
        Assert.Equal(TrustType.Mixed,
            ImageTrust.Summarize([new SignedByRequirement { KeyPath = "/k" }, new SigstoreSignedRequirement { KeyPath = "/k" }]));

    [Fact]
    public void An_empty_list_is_never_an_accept() => Assert.Equal(TrustType.Reject, ImageTrust.Summarize([]));
}
