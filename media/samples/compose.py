"""Makes cat-and-espresso.jpg: the cat of chelsea-cat.png looking over the table of espresso.jpg. Both objects lie inside the central square.

    pip install pillow && python compose.py
"""
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

HERE = Path(__file__).parent
WIDTH, HEIGHT = 512, 560
CAT_TOP, TABLE_TOP = -22, 246


def wide(name):
    picture = Image.open(HERE / name).convert('RGB')
    return picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)


def main():
    cat, table = wide('chelsea-cat.png'), wide('espresso.jpg')
    # The table fades in until the cat's picture ends; the cup stands in front, with its own soft edge.
    fade = CAT_TOP + cat.height - TABLE_TOP
    mask = Image.new('L', table.size, 255)
    mask.paste(Image.linear_gradient('L').resize((WIDTH, fade)), (0, 0))
    cup = Image.new('L', table.size, 0)
    ImageDraw.Draw(cup).ellipse((146, 14, 350, 181), fill=255)
    mask = ImageChops.lighter(mask, cup.filter(ImageFilter.GaussianBlur(2)))
    canvas = Image.new('RGB', (WIDTH, HEIGHT))
    canvas.paste(cat, (0, CAT_TOP))
    canvas.paste(table, (0, TABLE_TOP), mask)
    canvas.save(HERE / 'cat-and-espresso.jpg', quality=90)


main()
