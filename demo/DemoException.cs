namespace Workers.Demo;

/// <summary>The demo cannot go on; the message is for whoever runs it.</summary>
internal sealed class DemoException(string message) : Exception(message);
