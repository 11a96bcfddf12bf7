"""What the measurements came to: a table with ratios and bars for people, and tables in Markdown."""

KB, MB = 1 << 10, 1 << 20

# The warm invocation where all processes share one core, and where each has one to itself. The bar is for the first: a
# function of 256 MB has a seventh of a core, and the network's other end is on another machine. With idle cores the
# kernel charges whoever sends with waking the receiver's core: about a quarter of the CPU time that the bar allows.
WARM = {"warm real invocation": "warm_one_core", "warm real invocation, idle cores beside it": "warm"}


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.0995 else f"{seconds * 1e3:.0f} ms"


def seconds(value):
    return f"{value:.1f} s"


def microseconds(seconds):
    return f"{seconds * 1e6:.0f} µs"


def megabytes(count):
    return f"{count / MB:.1f} MB"


def millions(count):
    return f"{count / 1e6:.2f} MB"


class Bar:
    """What a figure has to be, and whether it is."""

    def __init__(self, title, value, limit, show):
        self.title, self.value, self.limit, self.show = title, value, limit, show

    @property
    def is_met(self):
        return self.value <= self.limit

    def json(self):
        return {"title": self.title, "value": self.value, "limit": self.limit, "met": self.is_met}


def one_in(value):
    return f"1/{1 / value:.1f}"


def bars(figures):
    starts = figures["start"]
    tracker = starts["swift"]["usage-tracker"]
    result = [
        Bar("exec to first /next, slowest function", max(starts["swift"].values()), 2.5e-3, milliseconds),
        Bar("exec to first /next: usage tracker / Python with boto3", tracker / starts["python"]["tracker"], 1 / 50, one_in),
    ]
    for name, memory in figures["memory"].items():
        result.append(Bar(f"memory after 1,000 invocations, {name}", memory["swift"]["end"]["VmHWM"], 10 * MB, megabytes))
    for size, echo in figures["echo"].items():
        result.append(Bar(f"CPU of a warm echo of {size} / Python", echo["swift"]["cpu"] / echo["python"]["cpu"], 1, one_in))
    cpu = {language: figures["warm_one_core"][language]["cpu"] for language in ("swift", "python")}
    result += [
        Bar("CPU of a warm real invocation on one core / boto3", cpu["swift"] / cpu["python"], 1 / 8, one_in),
        Bar("memory of the largest sweep", max(
            part["memory"]["VmHWM"] for entry in figures["sweeps"] for part in (entry["first"], entry["next"])), 256 * MB, megabytes),
        Bar("zip, largest", max(figures["zip"].values()), 7_500_000, millions),
    ]
    return result


def table(rows):
    """Aligned columns; the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))).rstrip()


def markdown(rows):
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    for row in body:
        yield f"| {' | '.join(row)} |"


def ratio(swift, python):
    return f"{python / swift:.1f}" if python / swift < 99.5 else f"{python / swift:.0f}"


def comparison(figures):
    """Rows of what is measured, here, in Python, and how many times more Python takes."""
    rows = [("median", "AMI Steward", "Python", "ratio")]

    def add(title, swift, python, show):
        rows.append((title, show(swift), show(python), ratio(swift, python)))

    starts = figures["start"]
    add("exec to first /next: echo", starts["swift"]["echo"], starts["python"]["echo"], milliseconds)
    add("exec to first /next: usage tracker", starts["swift"]["usage-tracker"], starts["python"]["tracker"], milliseconds)
    for size, echo in figures["echo"].items():
        add(f"warm echo of {size}: wall", echo["swift"]["wall"], echo["python"]["wall"], microseconds)
        add(f"warm echo of {size}: CPU", echo["swift"]["cpu"], echo["python"]["cpu"], microseconds)
    for name, memory in figures["memory"].items():
        add(f"memory high-water mark after 1,000 invocations: {name}",
            memory["swift"]["end"]["VmHWM"], memory["python"]["end"]["VmHWM"], megabytes)
    for title, key in {"first real invocation": "first", **WARM}.items():
        for figure, name in ("wall", "wall"), ("cpu", "CPU"):
            add(f"{title}: {name}", figures[key]["swift"][figure], figures[key]["python"][figure], milliseconds)
    return rows


def sizes(figures):
    rows = [("function", "exec to first /next", "zip")]
    for name, size in figures["zip"].items():
        rows.append((name, milliseconds(figures["start"]["swift"][name]), millions(size)))
    return rows


def growth(entries, what):
    """How cost grows; wall and CPU time here and in Python, and what goes over the wire."""
    rows = [(what, "requests", "bytes out", "bytes in", "wall", "CPU", "memory", "boto3: wall", "CPU", "memory")]
    for entry in entries:
        swift, python = entry["swift"], entry["python"]
        traffic = swift["traffic"]
        rows.append((
            f"{entry['count']:,}", f"{traffic['requests']:,}", f"{traffic['request_bytes']:,}",
            f"{traffic['response_bytes']:,}",
            *(text for part in (swift, python)
              for text in (milliseconds(part["wall"]), milliseconds(part["cpu"]), megabytes(part["memory"]["VmHWM"])))))
    return rows


def sweeps(entries):
    """How the cost of a sweep grows: the first, which records everything, and the next."""
    rows = [("instances", "sweep", "requests", "bytes out", "bytes in", "wall", "CPU", "memory")]
    for entry in entries:
        for name in "first", "next":
            part = entry[name]
            traffic = part["traffic"]
            rows.append((
                f"{entry['count']:,}", name, f"{traffic['requests']:,}", f"{traffic['request_bytes']:,}",
                f"{traffic['response_bytes']:,}", seconds(part["wall"]), seconds(part["cpu"]),
                megabytes(part["memory"]["VmHWM"])))
    return rows


def searches(entries):
    """How the cost of the daily search grows: the first round, which records all shares, and the next."""
    rows = [("images", "answers after", "round", "runs", "requests", "bytes out", "bytes in", "wall", "CPU", "memory")]
    for entry in entries:
        for name in "first", "next":
            part = entry[name]
            traffic = part["traffic"]
            rows.append((
                f"{entry['count']:,}", f"{entry['latency']} ms", name, f"{part['runs']:,}", f"{traffic['requests']:,}",
                f"{traffic['request_bytes']:,}", f"{traffic['response_bytes']:,}", seconds(part["wall"]), seconds(part["cpu"]),
                megabytes(part["memory"]["VmHWM"])))
    return rows


def print_all(figures, bars, render=table):
    sections = [
        ("Beside Python under awslambdaric, with boto3 (ratio: how many times more Python takes)", comparison(figures)),
        ("The functions", sizes(figures)),
    ]
    if figures["events"]:
        sections.append(("An event by its number of instances, warm", growth(figures["events"], "instances")))
    if figures["checks"]:
        sections.append(("A check by the image's number of usage rows", growth(figures["checks"], "rows")))
    if figures["sweeps"]:
        sections.append(("A sweep by the account's number of instances", sweeps(figures["sweeps"])))
    if figures["slow_sweeps"]:
        sections.append(("A sweep where answers come after 300 ms, DynamoDB's after 30", sweeps(figures["slow_sweeps"])))
    if figures["searches"]:
        sections.append(("The daily search by the account's number of images, with a timeout of 60 s", searches(figures["searches"])))
    verdicts = [("bar", "measured", "at most", "")]
    for bar in bars:
        verdicts.append((bar.title, bar.show(bar.value), bar.show(bar.limit), "met" if bar.is_met else "MISSED"))
    sections.append(("Bars", verdicts))
    for title, rows in sections:
        print(f"\n{title}\n")
        print("\n".join(render(rows)))
