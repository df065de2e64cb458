using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

public sealed class CommitWindowTests
{
    [Test]
    public void LowWater_WhileTheOldestIsUnfinished_StaysBehindIt()
    {
        var window = new CommitWindow(Id(10), []);
        ReadAll(window, 11, 12, 13);

        window.Finish([Id(12), Id(13)]);

        window.LowWater.Should().Be(Id(10));
        window.Count.Should().Be(3);
        window.TakePassed().Should().BeEmpty();
    }

    [Test]
    public void LowWater_WhenTheOldestFinishes_PassesWhatFinishedBefore()
    {
        var window = new CommitWindow(Id(10), []);
        ReadAll(window, 11, 12, 13, 15);
        window.Finish([Id(12), Id(13)]);

        window.Finish([Id(11)]);

        window.LowWater.Should().Be(Id(13));
        window.Count.Should().Be(1);
        window.TakePassed().Should().Equal(Id(12), Id(13));
        window.TakePassed().Should().BeEmpty();
    }

    [Test]
    public void Read_OfADoneEntry_IsSkippedAndPassed()
    {
        var window = new CommitWindow(Id(10), [Id(11), Id(13)]);

        var read = new[] { window.Read(Id(11)), window.Read(Id(12)), window.Read(Id(13)) };

        read.Should().Equal(false, true, false);
        window.LowWater.Should().Be(Id(11));
        window.TakePassed().Should().Equal(Id(11));
        window.Finish([Id(12)]);
        window.LowWater.Should().Be(Id(13));
        window.TakePassed().Should().Equal(Id(13));
    }

    [Test]
    public void TakePassed_OfADoneEntryThatLeftTheStream_IncludesIt()
    {
        var window = new CommitWindow(Id(10), [Id(11)]);
        ReadAll(window, 12);

        window.Finish([Id(12)]);

        window.TakePassed().Should().Equal(Id(11));
    }

    [TestCase(10UL)]
    [TestCase(9UL)]
    public void Read_OutOfOrder_IsRefused(ulong id)
    {
        var window = new CommitWindow(Id(10), []);

        var reading = () => window.Read(Id(id));

        reading.Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>Any interleaving of reading and finishing, held against a model that looks at everything every time.</summary>
    /// <param name="steps">What happens: a read, or a batch that finishes.</param>
    /// <param name="done">Which of the first ids are done from the start.</param>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Window_WhateverFinishesWhen_AgreesWithAModel(byte[] steps, bool[] done)
    {
        var offset = Id(100);
        var store = Enumerable.Range(0, done.Length).Where(index => done[index]).Select(index => Id(101 + (ulong)index)).ToHashSet();
        var initial = store.ToHashSet();
        var window = new CommitWindow(offset, store);
        List<StreamEntryId> read = [];
        HashSet<StreamEntryId> finished = [];

        foreach (var step in steps)
        {
            if (step % 2 == 0)
            {
                var next = Id(window.LastRead.Milliseconds + 1 + (step % 3UL));
                window.Read(next).Should().Be(!initial.Contains(next));
                read.Add(next);
                if (initial.Contains(next)) finished.Add(next);
            }
            else
            {
                var batch = read.Where(id => !finished.Contains(id)).Where((_, index) => ((step >> 1) >> (index % 7)) % 2 == 1).ToArray();
                window.Finish(batch);
                finished.UnionWith(batch);
                // The store's side of the commit.
                store.UnionWith(batch.Where(id => id > window.LowWater));
            }

            store.ExceptWith(window.TakePassed());

            var low = read.TakeWhile(finished.Contains).LastOrDefault(offset);
            window.LowWater.Should().Be(low);
            window.LastRead.Should().Be(read.LastOrDefault(offset));
            window.Count.Should().Be(read.Count(id => id > low));
            store.Should().BeEquivalentTo(initial.Union(finished).Where(id => id > low), "done entries leave the set when they are passed, and only then");
        }
    }

    private static StreamEntryId Id(ulong milliseconds) => new(milliseconds, 0);

    private static void ReadAll(CommitWindow window, params ulong[] ids)
    {
        foreach (var id in ids) window.Read(Id(id)).Should().BeTrue();
    }
}
