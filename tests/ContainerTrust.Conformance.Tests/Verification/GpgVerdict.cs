using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// What gpg says of a message, judged as containers/image judges it through gpgme: gpg is called as gpgme calls it, and its status lines
/// are read by gpgme's rules (<c>src/verify.c</c>): one good signature by a usable key, one plaintext, and no complaint about the data.
/// </summary>
/// <param name="IsGood">Whether containers/image would take the content as signed.</param>
/// <param name="Fingerprint">The primary key's fingerprint, if it is good.</param>
/// <param name="KeyFingerprint">The fingerprint of the key that gpg says made it, good or not. Null if it names none.</param>
/// <param name="Content">What gpg gave as the content.</param>
/// <param name="Status">gpg's status lines.</param>
internal sealed record GpgVerdict(bool IsGood, string? Fingerprint, string? KeyFingerprint, byte[] Content, string Status)
{
    /// <summary>Asks gpg, with the keys of a home.</summary>
    public static GpgVerdict Of(string home, string file) =>
        Judge(GpgTool.Ask(home, "--no-autostart", "--batch", "--no-tty", "--status-fd", "2", "--output", "-", "--", file));

    /// <summary>Judges what gpg said.</summary>
    public static GpgVerdict Judge((byte[] Output, string Errors) said)
    {
        (byte[] content, string status) = said;
        string? fingerprint = null, keyFingerprint = null;
        int signatures = 0, plaintexts = 0;
        bool isGood = true, hasGood = false;
        foreach (string line in status.Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words.Length < 2 || words[0] != "[GNUPG:]")
                continue;
            switch (words[1])
            {
                case "NEWSIG":
                    signatures++;
                    break;
                case "GOODSIG":
                    hasGood = true;
                    break;
                case "VALIDSIG":
                    keyFingerprint = words[2];
                    fingerprint = words.Length > 11 ? words[11] : words[2];
                    break;
                case "PLAINTEXT":
                    plaintexts++;
                    break;
                case "BADSIG" or "ERRSIG" or "EXPSIG" or "EXPKEYSIG" or "REVKEYSIG" or "NODATA" or "UNEXPECTED" or "ERROR" or "TRUST_NEVER"
                    or "FAILURE" or "BADARMOR":
                    isGood = false;
                    break;
            }
        }

        bool all = isGood && hasGood && signatures == 1 && plaintexts <= 1 && fingerprint is not null;
        return new GpgVerdict(all, all ? fingerprint : null, keyFingerprint, content, status);
    }
}
