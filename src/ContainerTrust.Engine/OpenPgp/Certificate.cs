namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// An OpenPGP certificate (transferable public key, RFC 9580 section 10.1) while it is being read. Which self-signature counts follows GnuPG:
/// a direct-key signature before those on user ids; of several the newest; of user ids the one signed last that says anything.
/// For version 6 the direct-key signature alone counts (RFC 9580 section 5.2.3.10).
/// </summary>
internal sealed class Certificate(PublicKeyPacket primary)
{
    private readonly List<string> _userIds = [];
    private readonly List<SelfSignature?> _certifications = [];
    private readonly List<CertificateSubkey> _subkeys = [];
    private SelfSignature? _directKey;

    /// <summary>The primary key.</summary>
    public PublicKeyPacket Primary => primary;

    /// <summary>The subkeys, in the order of the file.</summary>
    public IReadOnlyList<CertificateSubkey> Subkeys => _subkeys;

    /// <summary>Whether the primary key has revoked itself.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Whether any self-signature says that the primary key stands for itself or for a user id.</summary>
    public bool HasSelfSignature { get; private set; }

    /// <summary>Whether there is a direct-key self-signature, which version 6 requires.</summary>
    public bool HasDirectKeySignature => _directKey is not null;

    /// <summary>Begins a user id.</summary>
    /// <param name="text">The user id as text.</param>
    public void AddUserId(string text)
    {
        _userIds.Add(text);
        _certifications.Add(null);
    }

    /// <summary>Begins a subkey.</summary>
    /// <param name="subkey">The subkey.</param>
    public void AddSubkey(CertificateSubkey subkey) => _subkeys.Add(subkey);

    /// <summary>Takes note of a direct-key self-signature.</summary>
    /// <param name="signature">What it says.</param>
    public void AddDirectKeySignature(SelfSignature signature)
    {
        _directKey = SelfSignature.Later(_directKey, signature);
        HasSelfSignature = true;
    }

    /// <summary>Takes note of a self-certification, or its revocation, of the user id begun last.</summary>
    /// <param name="signature">What it says.</param>
    public void AddCertification(SelfSignature signature)
    {
        _certifications[^1] = SelfSignature.Later(_certifications[^1], signature);
        HasSelfSignature = true;
    }

    /// <summary>Adds what other copies of the same certificate say.</summary>
    /// <param name="copies">Certificates with the same fingerprint; not used afterwards.</param>
    public void Merge(IReadOnlyList<Certificate> copies)
    {
        var userIds = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < _userIds.Count; i++)
            userIds.TryAdd(_userIds[i], i);
        var subkeys = new Dictionary<string, CertificateSubkey>(StringComparer.Ordinal);
        foreach (var subkey in _subkeys)
            subkeys.TryAdd(subkey.Key.Fingerprint, subkey);

        foreach (var copy in copies)
        {
            IsRevoked |= copy.IsRevoked;
            HasSelfSignature |= copy.HasSelfSignature;
            _directKey = SelfSignature.Later(_directKey, copy._directKey);
            for (int i = 0; i < copy._userIds.Count; i++)
                MergeUserId(userIds, copy._userIds[i], copy._certifications[i]);
            foreach (var subkey in copy._subkeys)
                MergeSubkey(subkeys, subkey);
        }
    }

    /// <summary>The certificate as the model shows it.</summary>
    /// <returns>A new object.</returns>
    public TrustKey ToModel()
    {
        bool canPrimarySign = primary.IsSigningAlgorithm && (primary.Version == 4 || _directKey is not null) && KeyFlags.AllowSigning(FindFlags());
        bool canSign = canPrimarySign;
        var subkeys = _subkeys.Count == 0 ? [] : new TrustSubkey[_subkeys.Count];
        for (int i = 0; i < subkeys.Length; i++)
        {
            subkeys[i] = _subkeys[i].ToModel();
            canSign |= subkeys[i].CanSign && !subkeys[i].IsRevoked;
        }

        return new TrustKey
        {
            Kind = TrustKeyKind.OpenPgp,
            Fingerprint = primary.Fingerprint,
            KeyId = primary.KeyId.ToString("X16", System.Globalization.CultureInfo.InvariantCulture),
            UserIds = _userIds,
            Algorithm = primary.AlgorithmName,
            Size = primary.Size,
            Curve = primary.Curve?.Name,
            Created = DateTimeOffset.FromUnixTimeSeconds(primary.Created),
            Expires = KeyFlags.Expiry(primary.Created, FindExpirationSeconds()),
            IsRevoked = IsRevoked,
            CanSign = canSign,
            CanPrimarySign = canPrimarySign,
            Subkeys = subkeys,
        };
    }

    private void MergeUserId(Dictionary<string, int> known, string text, SelfSignature? certification)
    {
        if (known.TryGetValue(text, out int index))
        {
            _certifications[index] = SelfSignature.Later(_certifications[index], certification);
            return;
        }

        known.Add(text, _userIds.Count);
        _userIds.Add(text);
        _certifications.Add(certification);
    }

    private void MergeSubkey(Dictionary<string, CertificateSubkey> known, CertificateSubkey subkey)
    {
        if (known.TryGetValue(subkey.Key.Fingerprint, out var same))
        {
            same.Binding = SelfSignature.Later(same.Binding, subkey.Binding);
            same.IsRevoked |= subkey.IsRevoked;
            return;
        }

        known.Add(subkey.Key.Fingerprint, subkey);
        _subkeys.Add(subkey);
    }

    private byte? FindFlags()
    {
        if (_directKey is { KeyFlags: not null } || primary.Version == 6)
            return _directKey?.KeyFlags;
        byte? flags = null;
        uint newest = 0;
        foreach (var certification in _certifications)
        {
            if (certification is { IsUsable: true, KeyFlags: not null } found && (flags is null || found.Created > newest))
            {
                flags = found.KeyFlags;
                newest = found.Created;
            }
        }

        return flags;
    }

    private uint FindExpirationSeconds()
    {
        if (_directKey is { KeyExpirationSeconds: > 0 } || primary.Version == 6)
            return _directKey?.KeyExpirationSeconds ?? 0;
        uint seconds = 0;
        uint newest = 0;
        foreach (var certification in _certifications)
        {
            if (certification is { IsUsable: true, KeyExpirationSeconds: > 0 } found && (seconds == 0 || found.Created > newest))
            {
                seconds = found.KeyExpirationSeconds;
                newest = found.Created;
            }
        }

        return seconds;
    }
}
