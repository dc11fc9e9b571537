"""Words that say how others hang together and nothing by themselves, in the normaliser's form: no theme is called so.

Other languages go without: what is frequent in all texts is left out in any of them.
"""

_ENGLISH = """
    a about above after again against all almost alone along already also although always am among an and another any
    anybody anyone anything are aren't around as at away back be because been before behind being below between both
    but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done down each either else
    enough even ever every everybody everyone everything few for from further get gets getting go goes going gone gonna
    got had has hasn't have haven't having he her here hers him his how however i i'd i'll i'm i've if in instead into
    is isn't it it'll its itself just keep keeps last least less let let's like made make makes many may maybe me might
    mine more most much must my myself near need never next no nobody none nor not nothing now of off often oh ok on
    once one only or other others our ours out over own per put quite rather really said same say says see seem seems
    seen she should shouldn't since so some somebody someone something still such take than that that's the their
    theirs them then there there's these they they'll they're they've thing things think this those though through thus
    to today together told tomorrow too toward two under until up upon us use used very via want wants was wasn't way we
    we'll we're we've well went were weren't what what's when where whether which while who whoever whole whom whose why
    will with within without won't would wouldn't yes yesterday yet you you'd you'll you're you've your yours yourself
    rt amp im dont cant ive thats didnt doesnt
"""

_CHINESE = """
    的 了 是 在 我 你 您 他 她 它 们 这 那 哪 和 就 都 也 很 吗 呢 吧 啊 呀 嘛 喔 哦 啦 着 又 还 与 及 而 但
    个 再 么 其 此 之 于 从 被 把 让 给 跟 并 或 才 却 则 只 已 更 最 太 真 该 每 将 向 往 由 因 若 虽 如 所
    以 为 对 说 想 去 来 到 上 下 这样 那样 这么 那么 什么 怎么 怎样 为什么 因为 所以 但是 可是 不过 而且 如果
    虽然 可以 没有 一个 一下 一样 一直 一些 有点 有些 自己 现在 今天 明天 昨天 真的 还是 就是 不是 大家 已经
    时候 知道 觉得 应该 可能 然后 其实 这个 那个 这次 不会 不要 不能 需要 我们 你们 他们 她们
"""

FUNCTION_WORDS = frozenset((_ENGLISH + _CHINESE).split())
"""Words of English, and characters and words of Chinese."""
