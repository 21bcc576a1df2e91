using ContainerTrust.TestKit;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>A vendor's key that nobody can get in a better form is a note; any other key of that kind is a warning.</summary>
public sealed class VendorKeyTests
{
    [SkippableFact]
    public void Red_Hats_release_key_leaves_a_host_compliant()
    {
        ImageTrustCompliance result = AuditHost.Good().With(AuditHost.Key, Corpus.Read("openshift-release/keyrings/redhat.txt")).Check();
        Assert.True(result.Compliant);
        ImageTrustFinding note = Assert.Single(result.Findings);
        Assert.Equal(("KeyWeak", ImageTrustSeverity.Information), (note.RuleId, note.Severity));
        Assert.Contains("there is nothing to do", note.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_that_is_signed_by_SHA1_alone_is_a_warning()
    {
        ImageTrustCompliance result = AuditHost.Good().With(AuditHost.Key, AuditKeys.Sha1Only).Check();
        Assert.False(result.Compliant);
        ImageTrustFinding finding = Assert.Single(result.Findings);
        Assert.Equal(("KeyWeak", ImageTrustSeverity.Warning), (finding.RuleId, finding.Severity));
        Assert.DoesNotContain("nothing to do", finding.Message, StringComparison.Ordinal);
    }
}
