namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// What became of a signature that stood in a key file. There is one for every signature: nothing is dropped without a word.
/// </summary>
internal enum StatementOutcome
{
    /// <summary>The owner's, and what counts for its key, user id or subkey now.</summary>
    Counts,

    /// <summary>The owner's, and a newer one counts.</summary>
    Superseded,

    /// <summary>A revocation that counts.</summary>
    Revokes,

    /// <summary>The owner's, but some reader would not take it: what it takes away counts, and what it gives does not.</summary>
    Doubtful,

    /// <summary>
    /// The owner's, but it cannot be read in full, so that nobody knows what it takes away: its key or subkey is not used.
    /// </summary>
    Unreadable,

    /// <summary>
    /// The owner's, about something that this release does not use: a subkey of an unknown kind, a user id of a version 6 key.
    /// </summary>
    NotUsed,

    /// <summary>It names another key as its maker, and says nothing that counts here.</summary>
    ByAnother,

    /// <summary>
    /// It names the key, or nobody, and the key did not make it over anything in the files: forged, damaged, or about something that is
    /// not there.
    /// </summary>
    NotMade,

    /// <summary>Its version, hash or algorithm is unknown, so that nobody here can tell who made it.</summary>
    Uncheckable,

    /// <summary>Its type has no meaning in a key file.</summary>
    NotAStatement,
}
