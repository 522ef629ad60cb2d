"""Paths mean what XPath 1.0 says, with what ODK adds about repeats, lists and relevance."""

from huiqi.questionnaires.tests.make import evaluated, make_document, make_scene
from huiqi.questionnaires.xpath.compiling import compile_expression
from huiqi.questionnaires.xpath.tree import Node


def people(*names):
    document = Node("")
    data = document.add(Node("data"))
    data.add(Node("city", "b"))
    for name in names:
        person = data.add(Node("person"))
        person.add(Node("name", name))
        person.add(Node("age", str(len(name))))
    return document


def texts(nodes):
    return [node.value for node in nodes]


def test_inside_a_repeat_an_absolute_path_means_the_own_instance():
    document = people("ann", "bo")
    second = document.children[0].named["person"][1]
    rule = compile_expression("/data/person/name", context="/data/person/age", repeats={"/data/person"})
    assert texts(rule.value(second.named["age"][0], make_scene(document))) == ["bo"]


def test_the_repeat_itself_is_counted_whole_from_inside():
    document = people("ann", "bo")
    second = document.children[0].named["person"][1]
    rule = compile_expression("count(/data/person)", context="/data/person/age", repeats={"/data/person"})
    assert rule.value(second.named["age"][0], make_scene(document)) == 2.0


def test_outside_a_repeat_all_instances_are_meant():
    assert texts(evaluated("/data/person/name", people("ann", "bo"))) == ["ann", "bo"]


def test_an_indexed_repeat_is_counted_from_one():
    document = people("ann", "bo")
    text = "indexed-repeat(/data/person/name, /data/person, 2)"
    assert texts(evaluated(text, document)) == ["bo"]
    assert evaluated(text.replace("2)", "3)"), document) == []
    assert evaluated(text.replace("2)", "0)"), document) == []


def test_what_is_not_relevant_is_not_seen():
    document = people("ann", "bo")
    document.children[0].named["person"][0].is_relevant = False
    for node in document.children[0].named["person"][0].descendants():
        node.is_relevant = False
    assert evaluated("count(/data/person)", document) == 1.0
    assert texts(evaluated("//name", document)) == ["bo"]


def a_list(count):
    document = Node("")
    root = document.add(Node("root"))
    root.found = {}
    for number in range(count):
        item = root.add(Node("item"))
        item.add(Node("name", f"n{number}"))
        item.add(Node("city", "ab"[number % 2]))
    return document


def test_a_list_is_filtered_by_answers_of_the_form():
    document = people("ann")
    scene = make_scene(document, cities=a_list(6))
    rule = compile_expression("instance('cities')/root/item[city = /data/city][2]/name")
    assert texts(rule.value(document.children[0], scene)) == ["n3"]
    reverse = compile_expression("instance('cities')/root/item[/data/city = city]/name")
    assert texts(reverse.value(document.children[0], scene)) == ["n1", "n3", "n5"]


def test_the_index_of_a_list_agrees_with_a_scan():
    document = people("ann")
    looked_up = make_scene(document, x=a_list(40))
    scanned = make_scene(document, x=a_list(40))
    scanned.instances["x"].children[0].found = None
    for text in (
        "instance('x')/root/item[city = /data/city]",
        "instance('x')/root/item[city = /data/none]",
        "instance('x')/root/item[city = '']",
        "instance('x')/root/item[name = 'n7' ][city='b']",
        "instance('x')/root/item[city = current()/city]",
        "instance('x')/root/item[city = /data/person/name]",
    ):
        rule = compile_expression(text)
        one = rule.value(document.children[0], looked_up)
        other = rule.value(document.children[0], scanned)
        assert [node.value for node in one] == [node.value for node in other], text


def test_current_is_where_the_expression_stands():
    document = people("ann", "bo")
    person = document.children[0].named["person"][1]
    rule = compile_expression("instance('x')/root/item[name = concat('n', current()/../age)]/name")
    assert texts(rule.value(person.named["name"][0], make_scene(document, x=a_list(4)))) == ["n2"]


def test_an_unknown_list_is_empty():
    assert evaluated("instance('none')/root/item") == []


def test_unions_are_in_document_order_without_doubles():
    document = make_document(a="1", b="2")
    assert texts(evaluated("/data/b | /data/a | //a", document)) == ["1", "2"]


def test_attributes_and_axes_are_reached():
    document = people("ann", "bo")
    document.children[0].set_attribute("id", "f")
    assert texts(evaluated("/data/@id", document)) == ["f"]
    assert texts(evaluated("/data/person[1]/following-sibling::person/name", document)) == ["bo"]
    assert texts(evaluated("//age[. = 3]/preceding-sibling::*", document)) == ["ann"]
    assert evaluated("count(//age/ancestor::*)", document) == 3.0
    assert texts(evaluated("/data/person/name/text()", document)) == ["ann", "bo"]
