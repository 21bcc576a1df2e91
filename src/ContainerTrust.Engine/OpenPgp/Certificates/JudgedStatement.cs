using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>A signature of a key file and what became of it.</summary>
/// <param name="File">The file that it is in.</param>
/// <param name="Key">Fingerprint of the primary key that it stands with.</param>
/// <param name="Type">Its type.</param>
/// <param name="Created">When it says that it was made, seconds since 1970 UTC; 0 if it does not.</param>
/// <param name="About">What it is about, a phrase such as "subkey ABCD". Empty if nobody knows.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why, a clause. Empty if there is nothing to say.</param>
internal sealed record JudgedStatement(string File, string Key, SignatureType Type, uint Created, string About, StatementOutcome Outcome,
    string Reason)
{
    /// <summary>The same for people.</summary>
    /// <returns>A sentence.</returns>
    public override string ToString()
    {
        string about = About.Length == 0 ? "" : $" on {About}";
        string reason = Reason.Length == 0 ? "" : $": {Reason}";
        string time = Created == 0 ? "without a time" : $"of {Lifetime.Moment(Created)}";
        return string.Create(CultureInfo.InvariantCulture, $"{File}: key {Key}, {Name} (0x{(int)Type:x2}) {time}{about} {Words}{reason}.");
    }

    private string Name => Type switch
    {
        >= SignatureType.GenericCertification and <= SignatureType.PositiveCertification => "certification",
        SignatureType.SubkeyBinding => "subkey binding",
        SignatureType.PrimaryKeyBinding => "primary key binding",
        SignatureType.DirectKey => "direct-key signature",
        SignatureType.KeyRevocation => "key revocation",
        SignatureType.SubkeyRevocation => "subkey revocation",
        SignatureType.CertificationRevocation => "certification revocation",
        _ => "signature",
    };

    private string Words => Outcome switch
    {
        StatementOutcome.Counts => "counts",
        StatementOutcome.Superseded => "is not the newest",
        StatementOutcome.Revokes => "revokes it",
        StatementOutcome.Doubtful => "counts only for what it takes away",
        StatementOutcome.Unreadable => "cannot be read in full, so the key or subkey is not used",
        StatementOutcome.NotUsed => "is not used",
        StatementOutcome.ByAnother => "is by another key",
        StatementOutcome.NotMade => "was not made by the key over anything in the files",
        StatementOutcome.Uncheckable => "cannot be checked",
        _ => "means nothing in a key file",
    };
}
