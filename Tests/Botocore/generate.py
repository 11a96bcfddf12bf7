"""Seeded random inputs, in botocore's form, for every operation the functions use."""

import base64

TEXTS = [
    "name", "ami-0abc", "with space", "a&b=c+d%20e", "täst é 日本 🙂", 'quote " \\ / slash', "line\nbreak\ttab",
    "<tag attr='x'>&amp;</tag>", "~-._!*'()", "\u2028\u0000x\u007f", "***", "arn:aws:iam::123456789012:role/x",
]


class Generator:
    def __init__(self, random):
        self.random = random

    def text(self):
        return self.random.choice(TEXTS) + self.random.choice(["", "", str(self.random.randrange(1000))])

    def token(self):
        return "token-" + str(self.random.randrange(10**9))

    def flag(self):
        return self.random.random() < 0.5

    def texts(self, least=0, most=4):
        return [self.text() for _ in range(self.random.randint(least, most))]

    def some(self, **members):
        """A random part of the members; each is a function that makes its value."""
        return {name: make() for name, make in members.items() if self.flag()}

    def nonempty(self, **members):
        """As `some`, without empty lists, which EC2's dialect cannot express."""
        return {name: value for name, value in self.some(**members).items() if value != []}

    # DynamoDB

    def value(self, depth=0):
        kinds = ["S", "S", "N", "BOOL", "NULL", "B", "SS", "NS", "BS"] + (["L", "M"] if depth < 3 else [])
        kind = self.random.choice(kinds)
        blob = lambda: bytes(self.random.randrange(256) for _ in range(self.random.randrange(1, 9)))
        return {
            kind: {
                "S": self.text,
                "N": lambda: str(self.random.randrange(-(10**12), 10**12)),
                "BOOL": self.flag,
                "NULL": lambda: True,
                "B": blob,
                "SS": lambda: self.texts(1),
                "NS": lambda: [str(self.random.randrange(100)) for _ in range(3)],
                "BS": lambda: [blob(), blob()],
                "L": lambda: [self.value(depth + 1) for _ in range(self.random.randrange(3))],
                "M": lambda: {self.text(): self.value(depth + 1) for _ in range(self.random.randrange(3))},
            }[kind]()
        }

    def item(self, least=1):
        return {self.text(): self.value() for _ in range(self.random.randint(least, 6))}

    def key(self):
        return {"image_id": {"S": self.text()}, "principal": {"S": self.text()}}

    def expression(self):
        parts = []
        for _ in range(self.random.randint(1, 4)):
            parts.append({"text": self.random.choice([" = ", "attribute_exists(", ") AND ", " SET "])})
            parts.append(self.random.choice([{"name": self.text()}, {"value": self.value()}]))
        return parts


class Expressions:
    """Renders expressions as ours does: placeholders numbered over all the expressions of a request."""

    def __init__(self):
        self.names, self.values = {}, {}

    def render(self, parts):
        text = ""
        for part in parts:
            if "text" in part:
                text += part["text"]
            elif "name" in part:
                text += self.names.setdefault(part["name"], f"#{len(self.names)}")
            else:
                placeholder = f":{len(self.values)}"
                self.values[placeholder] = part["value"]
                text += placeholder
        return text

    def projection(self, names):
        return ", ".join(self.names.setdefault(name, f"#{len(self.names)}") for name in names)

    def members(self):
        members = {}
        if self.names:
            members["ExpressionAttributeNames"] = {value: key for key, value in self.names.items()}
        if self.values:
            members["ExpressionAttributeValues"] = self.values
        return members


def with_expressions(ours, order):
    """botocore's arguments of an input whose expressions are still in parts, rendered in the given order."""
    arguments = {key: value for key, value in ours.items() if key not in ("Attributes", *order)}
    expressions = Expressions()
    for name in order:
        if name == "Attributes" and "Attributes" in ours:
            arguments["ProjectionExpression"] = expressions.projection(ours["Attributes"])
        elif name in ours:
            arguments[f"{name}Expression"] = expressions.render(ours[name])
    return {**arguments, **expressions.members()}


def same(make):
    """Inputs that ours takes just as botocore does."""

    def inputs(generator):
        arguments = make(generator)
        return arguments, arguments

    return inputs


def filters(g):
    return [{"Name": g.text(), "Values": g.texts(1)} for _ in range(g.random.randint(1, 3))]


TRUE = lambda: True


def jsonable(value):
    """Bytes as base64, as both JSON protocols and the probe's input have them."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: jsonable(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(member) for member in value]
    return value
