from shapes.area import area

for _ in range(3):
    assert area(2, 3) == 6
