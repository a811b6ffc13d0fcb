"""Recordings and videos: what they are, their sound, cut and laid, and a video with another voice.

A stranger's file is read only by `program`, in a process of its own.
"""
