using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Collects the certificates of one file from its packets, block by block.</summary>
internal sealed class KeyFileParser : IKeyPacketSink
{
    private const int MaxPackets = 100_000;
    private const int MaxWarnings = 100;

    private readonly string _path;
    private readonly long _now;
    private readonly List<Certificate> _certificates = [];
    private readonly List<string> _warnings = [];
    private readonly List<LooseRevocation> _looseRevocations = [];
    private int _droppedWarnings;
    private int _packets;

    // The certificate and the component that a signature belongs to.
    private Certificate? _certificate;
    private Component _component;
    private CertificateSubkey? _subkey;

    /// <summary>Creates a parser.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="now">The time at which self-signatures may have ended.</param>
    public KeyFileParser(string path, DateTimeOffset now)
    {
        _path = path;
        _now = now.ToUnixTimeSeconds();
    }

    private enum Component
    {
        None,
        Primary,
        UserId,
        Subkey,

        /// <summary>Something that is not used (a user attribute, an unknown subkey): its signatures say nothing of interest.</summary>
        Ignored,
    }

    /// <summary>Adds a warning about the file.</summary>
    /// <param name="problem">A sentence.</param>
    public void Warn(string problem)
    {
        if (_warnings.Count < MaxWarnings)
            _warnings.Add($"{_path}: {problem}");
        else
            _droppedWarnings++;
    }

    /// <summary>Reads binary data.</summary>
    /// <param name="data">Packets.</param>
    /// <param name="line">The line of the armor header, 0 for a binary file.</param>
    /// <exception cref="TrustFormatException">The data is malformed.</exception>
    /// <exception cref="TrustException">Too many packets.</exception>
    public void Parse(ReadOnlySpan<byte> data, int line)
    {
        var source = new PacketSource(_path, line);
        var reader = new PacketReader(data, source, MaxPackets - _packets);
        Begin(null, Component.None);
        while (reader.TryRead(out var packet))
            Add(packet, source);
        _packets += reader.Count;
    }

    /// <summary>The result.</summary>
    /// <returns>Keys and warnings.</returns>
    /// <exception cref="TrustFormatException">There is no usable key.</exception>
    public KeyReadResult Finish()
    {
        var merged = MergeCopies();
        ApplyLooseRevocations(merged);
        foreach (var certificate in merged)
            WarnAbout(certificate);
        if (_droppedWarnings > 0)
            _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{_path}: {_droppedWarnings} further warnings are left out."));
        if (merged.Count == 0)
        {
            string reason = _warnings.Count == 0 ? "it has no OpenPGP public key; export one with gpg --export --armor." : $"no key in it can be used: {_warnings[0][(_path.Length + 2)..]}";
            throw new TrustFormatException("NoUsableKey", _path, 0, 0, "", reason);
        }

        var keys = new TrustKey[merged.Count];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = merged[i].ToModel();
        return new KeyReadResult(keys, _warnings);
    }

    private void Begin(Certificate? certificate, Component component)
    {
        _certificate = certificate;
        _component = component;
        _subkey = null;
    }

    private void Add(in Packet packet, PacketSource source)
    {
        switch (packet.Tag)
        {
            case PacketTag.PublicKey:
                AddPrimary(packet, source);
                break;
            case PacketTag.PublicSubkey:
                AddSubkey(packet, source);
                break;
            case PacketTag.UserId:
                AddUserId(packet);
                break;
            case PacketTag.UserAttribute:
                _component = Component.Ignored;
                break;
            case PacketTag.Signature:
                AddSignature(packet, source);
                break;
            case PacketTag.SecretKey:
                Begin(null, Component.None);
                Warn("it contains a private key, which must not be where policies are; the private key is skipped.");
                break;
            case PacketTag.SecretSubkey:
                _component = Component.Ignored;
                break;
            case PacketTag.Trust or PacketTag.Marker or PacketTag.Padding or PacketTag.OldComment or >= (PacketTag)40:
                break;
            case PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey or PacketTag.OnePassSignature or PacketTag.CompressedData
                or PacketTag.SymmetricallyEncryptedData or PacketTag.LiteralData or PacketTag.IntegrityProtectedData or PacketTag.AeadEncryptedData:
                throw source.Malformed(packet.Offset, "this is part of an OpenPGP message, not of a key; give the file of a public key.");
            default:
                throw source.Malformed(packet.Offset, string.Create(CultureInfo.InvariantCulture, $"packet type {(int)packet.Tag} is unknown and must not be ignored; this key is of a newer kind than this release reads."));
        }
    }

    private void AddPrimary(in Packet packet, PacketSource source)
    {
        PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
        if (key is null)
        {
            Begin(null, Component.None);
            Warn($"a key {unusable} is skipped; this release cannot use it.");
            return;
        }

        var certificate = new Certificate(key);
        _certificates.Add(certificate);
        Begin(certificate, Component.Primary);
    }

    private void AddSubkey(in Packet packet, PacketSource source)
    {
        if (_certificate is null)
            return;
        _component = Component.Ignored;
        PublicKeyPacket.Read(packet, source, out var key, out string? unusable);
        if (key is not null && key.Version != _certificate.Primary.Version)
            unusable = $"{key.Fingerprint} of another version than its primary key";
        if (unusable is not null)
        {
            Warn($"a subkey {unusable} (of key {_certificate.Primary.Fingerprint}) is skipped; this release cannot use it.");
            return;
        }

        _subkey = new CertificateSubkey(key!);
        _certificate.AddSubkey(_subkey);
        _component = Component.Subkey;
    }

    private void AddUserId(in Packet packet)
    {
        if (_certificate is null)
            return;
        if (packet.Body.Length > UserIdText.MaxLength)
        {
            _component = Component.Ignored;
            Warn($"a user id of key {_certificate.Primary.Fingerprint} is longer than 2,048 octets and is skipped.");
            return;
        }

        _certificate.AddUserId(UserIdText.Decode(packet.Body));
        _component = Component.UserId;
    }

    private void AddSignature(in Packet packet, PacketSource source)
    {
        var outcome = SignaturePacket.Parse(packet.Body, out var signature);
        switch (outcome)
        {
            // What cannot be read may be a revocation, and a revocation with an odd part is one for GnuPG.
            case SignatureParse.Malformed:
            case SignatureParse.BadSubpacket when signature.Type is SignatureType.KeyRevocation or SignatureType.SubkeyRevocation:
                throw source.Malformed(packet.Offset, "the signature in this packet is malformed; the file is damaged, get it again.");
            case SignatureParse.UnknownVersion or SignatureParse.BadSubpacket:
                if (_certificate is not null)
                    Warn($"a signature on key {_certificate.Primary.Fingerprint} is of an unknown version or has a malformed part, and is ignored.");
                return;
        }

        bool isOwn = _certificate is not null && signature.IsIssuedBy(_certificate.Primary);
        if (signature.HasUnknownCritical)
        {
            if (isOwn)
                Warn($"a self-signature (type 0x{(int)signature.Type:x2}) of key {_certificate!.Primary.Fingerprint} has a critical part that this release does not know, and is ignored.");
            return;
        }

        if (signature.Type == SignatureType.KeyRevocation)
        {
            // Anywhere in the certificate; GnuPG itself looks only before the first user id.
            if (isOwn)
                _certificate!.IsRevoked = true;
            else
                _looseRevocations.Add(new LooseRevocation(signature.Version, signature.IssuerKeyId, Hex.Format(signature.IssuerFingerprint), _certificate?.Primary.Fingerprint));
            return;
        }

        if (isOwn)
            AddSelfSignature(signature);
    }

    private void AddSelfSignature(in SignaturePacket signature)
    {
        bool isExpired = signature.IsExpiredAt(_now);
        switch (_component)
        {
            case Component.Primary when signature.Type == SignatureType.DirectKey && !isExpired:
                _certificate!.AddDirectKeySignature(SelfSignature.From(signature, isUsable: true));
                break;
            case Component.UserId when signature.Type is >= SignatureType.GenericCertification and <= SignatureType.PositiveCertification:
                _certificate!.AddCertification(SelfSignature.From(signature, isUsable: !isExpired));
                break;
            case Component.UserId when signature.Type == SignatureType.CertificationRevocation:
                _certificate!.AddCertification(SelfSignature.From(signature, isUsable: false));
                break;
            case Component.Subkey when signature.Type == SignatureType.SubkeyBinding && !isExpired:
                _subkey!.Binding = SelfSignature.Later(_subkey.Binding, SelfSignature.From(signature, isUsable: true));
                break;
            case Component.Subkey when signature.Type == SignatureType.SubkeyRevocation:
                _subkey!.IsRevoked = true;
                break;
        }
    }

    private List<Certificate> MergeCopies()
    {
        if (_certificates.Count < 2)
            return _certificates;
        var byFingerprint = new Dictionary<string, int>(_certificates.Count, StringComparer.Ordinal);
        var merged = new List<Certificate>(_certificates.Count);
        Dictionary<int, List<Certificate>>? copies = null;
        foreach (var certificate in _certificates)
        {
            if (byFingerprint.TryAdd(certificate.Primary.Fingerprint, merged.Count))
            {
                merged.Add(certificate);
                continue;
            }

            copies ??= [];
            int first = byFingerprint[certificate.Primary.Fingerprint];
            if (!copies.TryGetValue(first, out var others))
                copies.Add(first, others = []);
            others.Add(certificate);
        }

        if (copies is not null)
        {
            foreach (var (first, others) in copies)
                merged[first].Merge(others);
        }

        return merged;
    }

    // A revocation certificate in a block of its own revokes the key that it names, wherever that is in the file, as it does for gpg --import.
    private void ApplyLooseRevocations(List<Certificate> certificates)
    {
        if (_looseRevocations.Count == 0)
            return;
        var byKeyId = new Dictionary<ulong, List<Certificate>>();
        foreach (var certificate in certificates)
        {
            if (!byKeyId.TryGetValue(certificate.Primary.KeyId, out var same))
                byKeyId.Add(certificate.Primary.KeyId, same = []);
            same.Add(certificate);
        }

        foreach (var revocation in _looseRevocations)
        {
            bool isApplied = false;
            if (revocation.FindKeyId() is { } keyId && byKeyId.TryGetValue(keyId, out var named))
            {
                foreach (var certificate in named)
                {
                    if (!revocation.IsIssuedBy(certificate.Primary))
                        continue;
                    certificate.IsRevoked = true;
                    isApplied = true;
                }
            }

            if (isApplied)
                continue;
            Warn(revocation.CertificateFingerprint is { } fingerprint
                ? $"a revocation of key {fingerprint} by another key ({revocation.Issuer}) is ignored; if it is genuine, remove the key."
                : $"a revocation by a key that is not in the file ({revocation.Issuer}) is ignored.");
        }
    }

    private void WarnAbout(Certificate certificate)
    {
        string fingerprint = certificate.Primary.Fingerprint;
        if (certificate.Primary.Version == 6 && !certificate.HasDirectKeySignature)
            Warn($"key {fingerprint} has no usable direct-key signature, which version 6 requires: it cannot sign.");
        else if (!certificate.HasSelfSignature)
            Warn($"key {fingerprint} has no self-signature; gpg does not accept such a key.");
        foreach (var subkey in certificate.Subkeys)
        {
            if (subkey.Binding is null)
                Warn($"subkey {subkey.Key.Fingerprint} of key {fingerprint} has no usable binding signature: it cannot sign.");
            else if (subkey.IsMeantForSigning && !subkey.CanSign)
                Warn($"subkey {subkey.Key.Fingerprint} of key {fingerprint} has no back-signature: it cannot sign.");
        }
    }

    private sealed record LooseRevocation(byte Version, ulong? IssuerKeyId, string IssuerFingerprint, string? CertificateFingerprint)
    {
        public string Issuer => IssuerFingerprint.Length > 0 ? IssuerFingerprint : IssuerKeyId is { } id ? id.ToString("X16", CultureInfo.InvariantCulture) : "unnamed";

        public ulong? FindKeyId()
        {
            if (IssuerKeyId is not null || IssuerFingerprint.Length < 40)
                return IssuerKeyId;
            string digits = IssuerFingerprint.Length == 40 ? IssuerFingerprint[24..] : IssuerFingerprint[..16];
            return ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        public bool IsIssuedBy(PublicKeyPacket key) =>
            (Version == 6) == (key.Version == 6)
            && (IssuerKeyId is not null || IssuerFingerprint.Length > 0)
            && (IssuerKeyId is null || IssuerKeyId == key.KeyId)
            && (IssuerFingerprint.Length == 0 || IssuerFingerprint == key.Fingerprint);
    }
}
