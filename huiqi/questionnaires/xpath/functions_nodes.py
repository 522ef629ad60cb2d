"""Functions about nodes, choices and words. Pure."""

from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import Value, to_number, to_string

# The generator and the shuffle are fixed by the specification, so that all clients show one order.
PARK_MILLER_MODULUS, PARK_MILLER_FACTOR = 2_147_483_647, 16_807


def count(_scene: Scene, _node: Node, nodes: list[Node]) -> float:
    return float(len(nodes))


def count_non_empty(_scene: Scene, _node: Node, nodes: list[Node]) -> float:
    return float(sum(1 for node in nodes if node.value))


def name(_scene: Scene, node: Node, *nodes: list[Node]) -> str:
    if nodes:
        return nodes[0][0].name.lstrip("@") if nodes[0] else ""
    return node.name.lstrip("@")


def selected(_scene: Scene, _node: Node, chosen: str, value: str) -> bool:
    return value.strip() in chosen.split()


def selected_at(_scene: Scene, _node: Node, chosen: str, index: float) -> str:
    parts = chosen.split()
    if index != index or not 0 <= index < len(parts):
        return ""
    return parts[int(index)]


def count_selected(_scene: Scene, _node: Node, chosen: str) -> float:
    return float(len(chosen.split()))


def choice_name(scene: Scene, node: Node, value: str, path: str) -> str:
    return scene.choice_name(node, value, path.strip())


def itext(scene: Scene, _node: Node, key: str) -> str:
    return scene.itext(key)


def randomize(scene: Scene, _node: Node, nodes: list[Node], *seed: Value) -> list[Node]:
    """The nodes shuffled; with a seed always alike (Park–Miller, inside-out Fisher–Yates)."""
    if not seed:
        shuffled = list(nodes)
        scene.random.shuffle(shuffled)
        return shuffled
    state = _seed_of(seed[0])
    copied: list[Node] = []
    for at, node in enumerate(nodes):
        state = state * PARK_MILLER_FACTOR % PARK_MILLER_MODULUS
        other = int((state - 1) / (PARK_MILLER_MODULUS - 1) * (at + 1))
        copied.append(node)
        copied[at], copied[other] = copied[other], node
    return copied


def _seed_of(value: Value) -> int:
    number = to_number(value)
    if number != number or abs(number) > 1e300:
        number = float(sum(ord(one) for one in to_string(value)))
    seed = int(number) % PARK_MILLER_MODULUS
    return seed if seed > 0 else PARK_MILLER_MODULUS - 1
