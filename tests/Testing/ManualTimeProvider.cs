namespace Workers.Testing;

/// <summary>A clock that stands still until a test moves it: wall clock, monotonic clock and timers alike.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    /// <summary>What one step of <see cref="AdvanceUntilAsync"/> moves the clock by unless told otherwise.</summary>
    public static readonly TimeSpan DefaultStep = TimeSpan.FromMilliseconds(50);

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Long enough for what a timer set off to set the next one, on a machine that is busy.
    private static readonly TimeSpan RealPause = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time passed since the clock was made; its timestamps begin at zero, as nobody may rely on another start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp());

    /// <summary>Timers that wait to go off.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate) return _timers.Count;
        }
    }

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock; timers go off on the way, each at its own moment, on this thread.</summary>
    public void Advance(TimeSpan by)
    {
        var target = GetTimestamp() + by.Ticks;
        while (NextDue(target) is { } timer) timer.GoOff();
        Interlocked.Exchange(ref _ticks, target);
    }

    /// <summary>Moves the clock step by step until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What is awaited.</param>
    /// <param name="cancellationToken">The test's own deadline, in real time.</param>
    /// <param name="step">Default <see cref="DefaultStep"/>.</param>
    public async Task AdvanceUntilAsync(Func<bool> condition, CancellationToken cancellationToken, TimeSpan? step = null)
    {
        while (!condition())
        {
            await Task.Delay(RealPause, System, cancellationToken);
            if (condition()) return;

            Advance(step ?? DefaultStep);
        }
    }

    /// <summary>Moves the clock step by step until <paramref name="task"/> is done.</summary>
    /// <inheritdoc cref="AdvanceUntilAsync"/>
    public async Task<T> AdvanceUntilDoneAsync<T>(Task<T> task, CancellationToken cancellationToken, TimeSpan? step = null)
    {
        await AdvanceUntilAsync(() => task.IsCompleted, cancellationToken, step);
        return await task;
    }

    private ManualTimer? NextDue(long target)
    {
        lock (_gate)
        {
            var next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > target) return null;

            Interlocked.Exchange(ref _ticks, Math.Max(_ticks, next.Due));
            next.Rearm();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;

                Due = clock.GetTimestamp() + dueTime.Ticks;
                clock._timers.Add(this);
                return true;
            }
        }

        /// <summary>Called with the clock's gate held.</summary>
        public void Rearm()
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero) clock._timers.Remove(this);
            else Due += _period.Ticks;
        }

        public void GoOff() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
