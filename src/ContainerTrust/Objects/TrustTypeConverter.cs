using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// Makes live objects again of those that crossed a session boundary as property bags (<c>Import-Clixml</c>, jobs, remoting). A bag that
/// is not complete stays a bag: what it demands must not become less on the way.
/// </summary>
public sealed class TrustTypeConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        sourceValue is PSObject bag && destinationType is not null && IsBagOf(bag, destinationType);

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(destinationType);
        return sourceValue is PSObject bag && IsBagOf(bag, destinationType)
            ? Rehydration.ToLive(bag, destinationType)
            : throw new PSInvalidCastException($"This is not a {destinationType.Name} from another session.");
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    /// <exception cref="PSInvalidCastException">Always: objects are converted from bags only.</exception>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException("This conversion is not possible.");

    private static bool IsBagOf(PSObject bag, Type type) => bag.TypeNames.Contains($"Deserialized.{type.FullName}");
}
