"""What the lessons share: exercises that judge an answer, and two settings, quick and full."""

from hourglass.lessons.exercise import Exercise, Verdict, exercise
from hourglass.lessons.setting import SETTING_VARIABLE, begin, is_quick, pick

__all__ = ["SETTING_VARIABLE", "Exercise", "Verdict", "begin", "exercise", "is_quick", "pick"]
