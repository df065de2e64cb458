using Microsoft.Extensions.Configuration;
using Workers.Hosting.Settings;

namespace Workers.Shared.Tests.Hosting;

public sealed class SettingsReaderTests
{
    [TestCase("00:00:30", 30)]
    [TestCase("00:30", 1800)]
    [TestCase("1.00:00:00", 86400)]
    [TestCase("00:00:00.5", 0.5)]
    public void Duration_WhenWellFormed_IsRead(string text, double seconds)
    {
        var (reader, catalog) = Read(("S:Span", text));

        var value = reader.Duration("Span", TimeSpan.FromMinutes(9), "help");

        value.Should().Be(TimeSpan.FromSeconds(seconds));
        catalog.Errors.Should().BeEmpty();
    }

    [TestCase("5x", "S__Span: '5x' is not a time span (e.g. 00:00:30)")]
    [TestCase("30", "S__Span: '30' is not a time span (e.g. 00:00:30)", Description = "thirty days, to .NET")]
    [TestCase("", "S__Span: '' is not a time span (e.g. 00:00:30)")]
    [TestCase("-00:00:01", "S__Span: '-00:00:01' is less than 00:00:00")]
    [TestCase("25.00:00:00", "S__Span: '25.00:00:00' is more than 24.00:00:00", Description = "timers cannot wait that long")]
    public void Duration_WhenWrong_FailsAndKeepsTheDefault(string text, string error)
    {
        var (reader, catalog) = Read(("S:Span", text));

        var value = reader.Duration("Span", TimeSpan.FromMinutes(9), "help");

        value.Should().Be(TimeSpan.FromMinutes(9));
        catalog.Errors.Select(fault => fault.ToString()).Should().Equal(error);
    }

    [TestCase("12", 12, null)]
    [TestCase("1", 1, null)]
    [TestCase("64", 64, null)]
    [TestCase("0", 7, "S__Count: '0' is less than 1")]
    [TestCase("65", 7, "S__Count: '65' is more than 64")]
    [TestCase("1e3", 7, "S__Count: '1e3' is not a whole number (e.g. 64)")]
    [TestCase("1,000", 7, "S__Count: '1,000' is not a whole number (e.g. 64)")]
    [TestCase("99999999999999999999", 7, "S__Count: '99999999999999999999' is not a whole number (e.g. 64)")]
    public void Integer_ReadsWholeNumbersWithinItsBounds(string text, int expected, string? error)
    {
        var (reader, catalog) = Read(("S:Count", text));

        var value = reader.Integer("Count", 7, "help", min: 1, max: 64);

        value.Should().Be(expected);
        catalog.Errors.Select(fault => fault.ToString()).Should().Equal(error is null ? [] : [error]);
    }

    [TestCase("TRUE", true, null)]
    [TestCase("false", false, null)]
    [TestCase("yes", true, "S__On: 'yes' is not one of true|false")]
    public void Flag_ReadsTrueAndFalse(string text, bool expected, string? error)
    {
        var (reader, catalog) = Read(("S:On", text));

        var value = reader.Flag("On", defaultValue: true, "help");

        value.Should().Be(expected);
        catalog.Errors.Select(fault => fault.ToString()).Should().Equal(error is null ? [] : [error]);
    }

    [TestCase("monday", DayOfWeek.Monday, false)]
    [TestCase("1", DayOfWeek.Friday, true, Description = "a number is not a name")]
    [TestCase("Monday, Tuesday", DayOfWeek.Friday, true)]
    public void Choice_ReadsNamesOnly(string text, DayOfWeek expected, bool fails)
    {
        var (reader, catalog) = Read(("S:Day", text));

        var value = reader.Choice("Day", DayOfWeek.Friday, "help");

        value.Should().Be(expected);
        catalog.Errors.Should().HaveCount(fails ? 1 : 0);
    }

    [TestCase("https://example.test/", true)]
    [TestCase("ftp://example.test/", false)]
    [TestCase("example.test", false)]
    public void Url_ReadsOnlyItsSchemes(string text, bool valid)
    {
        var (reader, catalog) = Read(("S:Base", text));

        var value = reader.Url("Base", "http://localhost/", "help", ["http", "https"]);

        value.AbsoluteUri.Should().Be(valid ? text : "http://localhost/");
        catalog.Errors.Should().HaveCount(valid ? 0 : 1);
    }

    [Test]
    public void Text_WhenOnlyTheAliasIsSet_TakesTheAlias()
    {
        var (reader, _) = Read(("DOCKER_HOST", "unix:///a"));

        var value = reader.Text("Endpoint", "unix:///default", "help", alias: "DOCKER_HOST");

        value.Should().Be("unix:///a");
    }

    [Test]
    public void Text_WhenNameAndAliasAreSet_TakesTheName()
    {
        var (reader, _) = Read(("DOCKER_HOST", "unix:///a"), ("S:Endpoint", "unix:///b"));

        var value = reader.Text("Endpoint", "unix:///default", "help", alias: "DOCKER_HOST");

        value.Should().Be("unix:///b");
    }

    [Test]
    public void Url_WhenTheAliasIsWrong_NamesTheAlias()
    {
        var (reader, catalog) = Read(("BASE_URL", "nowhere"));

        reader.Url("Base", "http://localhost/", "help", ["http"], alias: "BASE_URL");

        catalog.Errors.Single().Name.Should().Be("BASE_URL");
    }

    [TestCase("http://user:hunter2@host:x")]
    [TestCase("two\nlines")]
    public void Url_WhenTheValueMayNotBeShown_IsNotEchoed(string text)
    {
        var (reader, catalog) = Read(("S:Base", text));

        reader.Url("Base", "http://localhost/", "help", ["http"]);

        catalog.Errors.Single().Message.Should().Be("the value is not a URL (e.g. http://localhost/)");
    }

    [Test]
    public void RequiredSecret_WhenInvalid_IsNotEchoed()
    {
        var (reader, catalog) = Read(("S:Key", "hunter2"));

        reader.RequiredSecret("Key", "key", "help", "abc", _ => false);

        catalog.Errors.Single().ToString().Should().Be("S__Key: is not a key (e.g. abc)");
    }

    [Test]
    public void Reader_WhenASettingIsDescribedTwice_Throws()
    {
        var (reader, _) = Read();
        reader.Flag("On", defaultValue: true, "help");

        var again = () => reader.Flag("on", defaultValue: true, "help");

        again.Should().Throw<InvalidOperationException>();
    }

    [TestCase("localhost:6379", "Host=localhost", 0)]
    [TestCase("localhost:6379,nonsense=1", "Host=localhost", 1)]
    [TestCase(",", "Host=localhost", 1)]
    [TestCase("localhost:6379", "Host=localhost;Nonsense=1", 1)]
    [TestCase("localhost:6379", "Host=localhost;Port=many", 1)]
    [TestCase("localhost:6379", "Username=nobody", 1)]
    [TestCase("localhost:6379", "no connection string", 1)]
    [TestCase(" ", "", 2)]
    public void ConnectionStrings_AreCheckedByTheirOwnClients(string redis, string postgres, int errors)
    {
        var catalog = CatalogOf(("ConnectionStrings:Redis", redis), ("ConnectionStrings:Postgres", postgres));

        _ = new ConnectionStringOptions(new SettingsReader(ConnectionStringOptions.Section, catalog));

        catalog.Errors.Should().HaveCount(errors);
    }

    private static (SettingsReader Reader, SettingsCatalog Catalog) Read(params (string Key, string Value)[] settings)
    {
        var catalog = CatalogOf(settings);
        return (new SettingsReader("S", catalog), catalog);
    }

    private static SettingsCatalog CatalogOf(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
        .Build());
}
